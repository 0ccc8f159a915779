mod events;
mod files;
mod set;
mod ucr;

pub use events::*;
pub use files::series_csv;
pub(crate) use files::series_files;
pub use set::*;
pub(crate) use ucr::UCR;
pub use ucr::ucr;
