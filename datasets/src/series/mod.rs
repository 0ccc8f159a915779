mod events;
mod files;
mod set;
mod ucr;

pub use events::*;
pub use files::*;
pub use set::*;
pub use ucr::*;
