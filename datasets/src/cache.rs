use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::Result;

/// Items read from files, up to a bound in bytes. Keeps the first items that fit; forgetting the oldest would not help, as
/// every epoch visits all items in a new order.
#[derive(Debug)]
pub(crate) struct Cache<T> {
    bound: usize,
    kept: Mutex<Kept<T>>,
}

#[derive(Debug)]
struct Kept<T> {
    items: HashMap<usize, T>,
    bytes: usize,
}

impl<T: Clone> Cache<T> {
    pub(crate) fn new(bound: usize) -> Self {
        let kept = Kept {
            items: HashMap::new(),
            bytes: 0,
        };
        Self {
            bound,
            kept: Mutex::new(kept),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.kept().bytes
    }

    /// The item of an index, which is read if it is not kept.
    pub(crate) fn get_or(
        &self,
        index: usize,
        bytes: impl Fn(&T) -> usize,
        read: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        if let Some(item) = self.kept().items.get(&index) {
            return Ok(item.clone());
        }
        let item = read()?;
        let size = bytes(&item);
        let mut kept = self.kept();
        if kept.bytes + size <= self.bound {
            kept.bytes += size;
            // Another thread may have read the same.
            if let Some(twin) = kept.items.insert(index, item.clone()) {
                kept.bytes -= bytes(&twin);
            }
        }
        Ok(item)
    }

    fn kept(&self) -> MutexGuard<'_, Kept<T>> {
        // It is whole after every statement that changes it.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
