use burn_interaction::RegionMap;

/// What pictures of measured samples show, before anything is drawn.
pub enum Scene {
    /// Point clouds, their regions as players.
    Clouds {
        /// A line on the players.
        players: String,
        /// The axis that points up.
        up: usize,
        /// The region of each point of each cloud.
        regions: RegionMap,
        /// Each cloud's id, its class and its points.
        clouds: Vec<(u64, String, Vec<[f32; 3]>)>,
    },
    /// Sentences, their words or pieces as players.
    Sentences {
        /// A line on the players.
        players: String,
        /// Each sentence's id, its class and its words.
        sentences: Vec<(u64, String, Vec<Word>)>,
    },
}

/// The text of a word or piece and its player; `None` for what is no player.
pub type Word = (String, Option<usize>);
