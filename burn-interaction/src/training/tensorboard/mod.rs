//! Training as TensorBoard shows it: files of events that [`TensorBoardLogger`] writes.
//!
//! A file is a list of records (`record`), each an `Event` of TensorFlow's protocol buffers (`event`), of which scalars need
//! four messages. `tensorboard` itself reads them back to the last bit of 32; CONTRIBUTING.md says how that was seen.

mod event;
mod file;
mod logger;
mod record;

pub use logger::*;
