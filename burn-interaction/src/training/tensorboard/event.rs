//! Events: the part of TensorFlow's `event.proto` and `summary.proto` that scalars need, with their numbers.

use std::time::{SystemTime, UNIX_EPOCH};

use prost::{Enumeration, Message, Oneof};

/// One record of a file of events.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Event {
    /// Seconds since 1970.
    #[prost(double, tag = "1")]
    wall_time: f64,
    /// The epoch.
    #[prost(int64, tag = "2")]
    step: i64,
    #[prost(oneof = "Content", tags = "3, 5, 7")]
    content: Option<Content>,
}

#[derive(Clone, PartialEq, Oneof)]
enum Content {
    #[prost(string, tag = "3")]
    FileVersion(String),
    #[prost(message, tag = "5")]
    Summary(Summary),
    #[prost(message, tag = "7")]
    SessionLog(SessionLog),
}

#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    values: Vec<Scalar>,
}

/// A number under the name that TensorBoard shows.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Scalar {
    #[prost(string, tag = "1")]
    tag: String,
    #[prost(float, optional, tag = "2")]
    simple_value: Option<f32>,
}

impl Scalar {
    pub fn new(tag: String, value: f64) -> Self {
        Self {
            tag,
            simple_value: Some(value as f32),
        }
    }
}

#[derive(Clone, PartialEq, Message)]
struct SessionLog {
    #[prost(enumeration = "Status", tag = "1")]
    status: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enumeration)]
#[repr(i32)]
enum Status {
    Unspecified = 0,
    Start = 1,
}

impl Event {
    /// The first event of every file.
    pub fn version() -> Self {
        Self::now(0, Content::FileVersion("brain.Event:2".into()))
    }

    /// The restart of a training at this step: readers forget what earlier files say of it and of later ones.
    pub fn restart(step: usize) -> Self {
        let status = Status::Start.into();
        Self::now(step, Content::SessionLog(SessionLog { status }))
    }

    /// Numbers of one step.
    pub fn scalars(step: usize, values: Vec<Scalar>) -> Self {
        Self::now(step, Content::Summary(Summary { values }))
    }

    fn now(step: usize, content: Content) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            wall_time: since.map_or(0.0, |since| since.as_secs_f64()),
            step: step as i64,
            content: Some(content),
        }
    }
}
