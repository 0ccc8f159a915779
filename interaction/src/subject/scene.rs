use burn_interaction::RegionMap;

/// The contents of pictures of measured samples, before anything is drawn.
pub enum Scene {
    /// Point clouds, with their regions as players.
    Clouds {
        /// A line about the players.
        players: String,
        /// The axis that points up.
        up: usize,
        /// The region of each point of each cloud.
        regions: RegionMap,
        /// Id, class and points of each cloud.
        clouds: Vec<(u64, String, Vec<[f32; 3]>)>,
    },
    /// Sentences, with their words or pieces as players.
    Sentences {
        /// A line about the players.
        players: String,
        /// Id, class and words of each sentence.
        sentences: Vec<(u64, String, Vec<Word>)>,
    },
}

/// The text of a word or piece with its player; `None` where it is no player.
pub type Word = (String, Option<usize>);
