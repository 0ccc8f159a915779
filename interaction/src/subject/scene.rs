use burn_interaction::RegionMap;

/// The contents of the picture of a measured sample, before anything is drawn.
pub enum Scene {
    /// A point cloud, with its regions as players.
    Cloud {
        /// A line about the players.
        players: String,
        /// The axis that points up.
        up: usize,
        /// The region of each point of every measured cloud.
        regions: RegionMap,
        /// The place of the cloud that is drawn among these.
        place: usize,
        /// The class of the cloud.
        class: String,
        /// The points of the cloud.
        points: Vec<[f32; 3]>,
    },
    /// An image, with patches as players.
    Image {
        /// The class of the image.
        class: String,
        /// The pixels, three bytes each, row by row.
        pixels: Vec<u8>,
        /// Rows and columns of pixels.
        size: [usize; 2],
        /// Rows and columns of patches.
        grid: [usize; 2],
    },
    /// A row of a table, with its columns as players.
    Row {
        /// The class of the row.
        class: String,
        /// The names of the columns.
        names: Vec<String>,
    },
    /// A sentence, with its words or pieces as players.
    Sentence {
        /// A line about the players.
        players: String,
        /// The class of the sentence.
        class: String,
        /// The words of the sentence.
        words: Vec<Word>,
    },
}

/// The text of a word or piece with its player; `None` where it is no player.
pub type Word = (String, Option<usize>);
