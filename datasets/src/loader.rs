use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};

use burn::data::dataloader::{DataLoader, DataLoaderIterator, Progress};
use burn::data::dataset::DatasetError;
use burn::tensor::Device;
use burn_interaction::Batch;
use burn_interaction::input::Input;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::samples::Samples;

/// Batches that are made ahead and wait for the trainer.
const AHEAD: usize = 2;

type Loaded<I> = std::result::Result<Batch<I>, DatasetError>;

/// Burn's data loader for any [`Samples`], which are read in parallel, ahead of the trainer.
///
/// Burn's own loader hands out the batches of several workers as they arrive; here a seed fixes order and variations,
/// however many threads read. Samples that differ in size come together with others of about theirs, so that little of a
/// batch is padding, except in the first batch: a probe measures that one.
pub struct Loader<I> {
    samples: Arc<dyn Samples<Input = I>>,
    indices: Arc<[usize]>,
    batch: usize,
    shuffle: Option<u64>,
    epochs: AtomicU64,
    device: Device,
    /// Devices that share each batch.
    among: usize,
    share: Option<Share>,
}

/// The share of one of several devices.
#[derive(Debug, Clone, Copy)]
struct Share {
    number: usize,
    of: usize,
}

impl Share {
    /// The places of the share's samples in a batch of so many.
    fn within(self, batch: usize) -> Range<usize> {
        batch * self.number / self.of..batch * (self.number + 1) / self.of
    }
}

/// The generator of one sample's variations in one epoch, `[epoch, index]`, with room for `2^bits` words before the next
/// sample's.
pub(crate) fn of_sample(seed: u64, [epoch, index]: [u64; 2], bits: u32) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(epoch);
    rng.set_word_pos(u128::from(index) << bits);
    rng
}

/// Batches whose samples are sorted by size together. With more of them padding costs less, but samples meet less by
/// chance.
const SORTED: usize = 64;

/// Brings samples of about one size together, and shuffles the batches that they make.
fn by_size<I: Input>(
    samples: &dyn Samples<Input = I>,
    order: &mut [usize],
    batch: usize,
    rng: &mut ChaCha8Rng,
) {
    let Some(rest) = order.get_mut(batch..) else {
        return;
    };
    for window in rest.chunks_mut(SORTED * batch) {
        window.sort_by_key(|index| samples.size(*index));
        let mut batches: Vec<Vec<usize>> = window.chunks(batch).map(Vec::from).collect();
        // The last one may be smaller, and stays where it is.
        let whole = window.len() / batch;
        batches[..whole].shuffle(rng);
        window.copy_from_slice(&batches.concat());
    }
}

impl<I: Input> Loader<I> {
    /// Makes a loader of all samples in order, in batches of `batch` (at least one) on `device`.
    pub fn new(samples: Arc<dyn Samples<Input = I>>, batch: usize, device: &Device) -> Self {
        Self {
            indices: (0..samples.count()).collect(),
            samples,
            batch: batch.max(1),
            shuffle: None,
            epochs: AtomicU64::new(0),
            device: device.clone(),
            among: 1,
            share: None,
        }
    }

    /// Loads the samples in another order each epoch.
    pub fn shuffled(mut self, seed: u64) -> Self {
        self.shuffle = Some(seed);
        self
    }

    /// Begins with this epoch, counted from 0: a training that goes on gets the order and the variations that it would have
    /// had in one go.
    pub fn starting(mut self, epoch: u64) -> Self {
        self.epochs = AtomicU64::new(epoch);
        self
    }

    /// Loads only the samples with these indices.
    pub fn only(mut self, indices: &[usize]) -> Self {
        self.indices = indices.into();
        self
    }

    /// Shares each batch out among so many devices, of which each gets a [`slice`](DataLoader::slice) as Burn cuts them for training on
    /// several devices: a share of every batch, that knows [what it is a share of](Batch::share_of), in place of some of the batches.
    ///
    /// Batches, and the set itself, need a sample for each device at least; the last batch, where it has fewer, goes to some of them. The training must have
    /// as many devices.
    pub fn among(mut self, devices: usize) -> Self {
        self.among = devices.max(1);
        self
    }

    fn part(&self, indices: Arc<[usize]>, device: &Device) -> Self {
        Self {
            samples: self.samples.clone(),
            indices,
            batch: self.batch,
            shuffle: self.shuffle,
            epochs: AtomicU64::new(self.epochs.load(Ordering::Relaxed)),
            device: device.clone(),
            among: self.among,
            share: self.share,
        }
    }
}

impl<I: Input> DataLoader<Batch<I>> for Loader<I> {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<Batch<I>> + 'a> {
        let epoch = self.epochs.fetch_add(1, Ordering::Relaxed);
        let mut order = self.indices.to_vec();
        let mut rng = ChaCha8Rng::seed_from_u64(self.shuffle.unwrap_or(0));
        if self.shuffle.is_some() {
            rng.set_stream(epoch);
            order.shuffle(&mut rng);
        }
        let sizes = |order: &[usize]| {
            order
                .windows(2)
                .any(|pair| self.samples.size(pair[0]) != self.samples.size(pair[1]))
        };
        if sizes(&order) {
            by_size(self.samples.as_ref(), &mut order, self.batch, &mut rng);
        }
        let share = self.share;
        let total = self.num_items();
        let (sender, receiver) = sync_channel(AHEAD);
        let (samples, device) = (self.samples.clone(), self.device.clone());
        let unit = samples.unit();
        let size = self.batch;
        std::thread::spawn(move || {
            for whole in order.chunks(size) {
                let chunk = match share {
                    None => whole,
                    Some(share) => &whole[share.within(whole.len())],
                };
                if chunk.is_empty() {
                    continue;
                }
                let loaded = samples.read(chunk, epoch, &device);
                let loaded = loaded.map(|batch| match share {
                    None => batch,
                    Some(_) => batch.share_of(whole.len()),
                });
                let failed = loaded.is_err();
                let sent = sender.send((chunk.len(), loaded.map_err(DatasetError::new)));
                // The trainer left, or there is nothing whole to hand out any more.
                if failed || sent.is_err() {
                    break;
                }
            }
        });
        Box::new(Loading {
            receiver,
            done: 0,
            total,
            unit,
            failed: false,
        })
    }

    fn num_items(&self) -> usize {
        let all = self.indices.len();
        match self.share {
            None => all,
            Some(share) => {
                let batches = all / self.batch;
                batches * share.within(self.batch).len() + share.within(all % self.batch).len()
            }
        }
    }

    fn to_device(&self, device: &Device) -> Arc<dyn DataLoader<Batch<I>>> {
        Arc::new(self.part(self.indices.clone(), device))
    }

    fn slice(&self, start: usize, end: usize) -> Arc<dyn DataLoader<Batch<I>>> {
        if self.among > 1 {
            let part = self.part(self.indices.clone(), &self.device);
            // Burn gives each device as many samples, and the last one what is left.
            let each = (self.indices.len() / self.among).max(1);
            let share = Share {
                number: (start / each).min(self.among - 1),
                of: self.among,
            };
            return Arc::new(Self {
                share: Some(share),
                ..part
            });
        }
        Arc::new(self.part(self.indices[start..end].into(), &self.device))
    }
}

struct Loading<I> {
    receiver: Receiver<(usize, Loaded<I>)>,
    done: usize,
    total: usize,
    unit: &'static str,
    failed: bool,
}

impl<I> Iterator for Loading<I> {
    type Item = Loaded<I>;

    fn next(&mut self) -> Option<Loaded<I>> {
        if self.failed || self.done == self.total {
            return None;
        }
        let Ok((count, loaded)) = self.receiver.recv() else {
            // The reading thread ended early: a part is not the whole.
            self.failed = true;
            let error = std::io::Error::other("the thread that reads samples ended early");
            return Some(Err(DatasetError::new(error)));
        };
        self.done += count;
        self.failed = loaded.is_err();
        Some(loaded)
    }
}

impl<I> DataLoaderIterator<Batch<I>> for Loading<I> {
    fn progress(&self) -> Progress {
        Progress::new(self.done, self.total, Some(self.unit.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::{ImageFiles, ImageSamples, Normalization, scenes};
    use burn::tensor::Tensor;
    use burn_interaction::Sentences;

    fn loader(seed: Option<u64>) -> Loader<Tensor<4>> {
        let images = scenes(10, 3);
        let normalization = Normalization::fit(&images).unwrap();
        let samples = ImageSamples::new(Arc::new(images), normalization);
        let device = burn_interaction::device("flex").unwrap();
        let loader = Loader::new(Arc::new(samples), 4, &device);
        match seed {
            Some(seed) => loader.shuffled(seed),
            None => loader,
        }
    }

    fn labels(loader: &dyn DataLoader<Batch<Tensor<4>>>) -> Vec<Vec<i64>> {
        let of =
            |batch: Loaded<Tensor<4>>| batch.unwrap().targets.try_into_vec_as::<i64>().unwrap();
        loader.iter().map(of).collect()
    }

    #[test]
    fn every_image_comes_once_in_an_order_of_the_seed() {
        assert_eq!(
            labels(&loader(None)),
            [vec![0, 1, 2, 3], vec![0, 1, 2, 3], vec![0, 1]]
        );
        let (one, two) = (loader(Some(5)), loader(Some(5)));
        let first = labels(&one);
        assert_eq!(first, labels(&two));
        assert_eq!(labels(&one), labels(&two));
        assert_ne!(first, labels(&loader(Some(6))));
        let mut all = first.concat();
        all.sort();
        assert_eq!(all, [0, 0, 0, 1, 1, 1, 2, 2, 3, 3]);
        assert_eq!(labels(loader(None).slice(2, 5).as_ref()), [[2, 3, 0]]);
    }

    #[test]
    fn a_later_epoch_is_the_same_without_those_before_it() {
        let whole = loader(Some(5));
        let epochs = [(); 3].map(|()| labels(&whole));
        let later = loader(Some(5)).starting(1);
        assert_eq!([labels(&later), labels(&later)], epochs[1..]);
        // As Burn takes it: on another device, or shared out.
        let moved = loader(Some(5)).starting(2);
        let moved = moved.to_device(&burn_interaction::device("flex").unwrap());
        assert_eq!(labels(moved.as_ref()), epochs[2]);
    }

    #[test]
    fn devices_share_every_batch() {
        use burn::data::dataloader::split::split_dataloader;

        let device = burn_interaction::device("flex").unwrap();
        for devices in [2, 3] {
            let whole = loader(Some(5));
            let shared: Arc<dyn DataLoader<_>> = Arc::new(loader(Some(5)).among(devices));
            let shares = split_dataloader(shared, &vec![device.clone(); devices]);
            for _ in 0..2 {
                let mut parts: Vec<Vec<Batch<Tensor<4>>>> = Vec::new();
                for share in &shares {
                    let batches: Vec<_> = share.iter().map(|batch| batch.unwrap()).collect();
                    let items: usize = batches.iter().map(|batch| batch.ids.len()).sum();
                    assert_eq!(items, share.num_items());
                    parts.push(batches);
                }
                for (place, batch) in whole.iter().enumerate() {
                    let batch = batch.unwrap();
                    // Of the last one, which has two samples, not every device has a share.
                    let last = |share: &Vec<Batch<Tensor<4>>>| share.get(place).cloned();
                    let shares: Vec<_> = parts.iter().filter_map(last).collect();
                    let ids = shares.iter().flat_map(|share| share.ids.clone());
                    assert_eq!(ids.collect::<Vec<_>>(), batch.ids);
                    let of = |share: &Batch<_>| share.share_of == Some(batch.ids.len());
                    assert!(shares.iter().all(of));
                }
            }
        }
    }

    #[test]
    fn a_file_that_fails_ends_the_epoch_with_its_name() {
        let files = vec![("nowhere.png".into(), 0)];
        let files = ImageFiles::new(files, vec!["a".into()]).unwrap();
        let device = burn_interaction::device("flex").unwrap();
        let samples = ImageSamples::new(Arc::new(files), Normalization::imagenet());
        let loader = Loader::new(Arc::new(samples), 4, &device);
        let mut batches = loader.iter();
        let error = batches.next().unwrap().unwrap_err().to_string();
        assert!(error.contains("nowhere.png"), "{error}");
        assert!(batches.next().is_none());
    }

    #[test]
    fn sentences_of_one_length_come_together_once_each() {
        use crate::{Frame, SentenceSet, Texts, Vocabulary, grammar, grammar_vocabulary};

        let vocabulary = Vocabulary::of_pieces(&grammar_vocabulary(), Frame::ClassFirst).unwrap();
        let device = burn_interaction::device("flex").unwrap();
        // Labels number the sentences.
        let mut items = grammar(100, 1).items().to_vec();
        items
            .iter_mut()
            .zip(0..)
            .for_each(|(item, label)| item.label = label);
        let texts = Texts::new(items, (0..100).map(|k| k.to_string()).collect()).unwrap();
        let set = Arc::new(SentenceSet::new(texts, &vocabulary, None).unwrap());
        let read = |loader: Loader<Sentences>| -> Vec<(Vec<i64>, usize)> {
            let of = |batch: Loaded<Sentences>| {
                let batch = batch.unwrap();
                let [_, length] = batch.inputs.dims();
                (batch.targets.try_into_vec_as::<i64>().unwrap(), length)
            };
            loader.iter().map(of).collect()
        };
        let new = || Loader::new(set.clone(), 8, &device);
        for loader in [new(), new().shuffled(3)] {
            let batches = read(loader);
            let mut all: Vec<i64> = batches
                .iter()
                .flat_map(|(labels, _)| labels.clone())
                .collect();
            all.sort();
            assert_eq!(all, (0..100).collect::<Vec<_>>());
            for (labels, length) in &batches[1..] {
                let sizes = labels.iter().map(|label| set.length(*label as usize));
                assert_eq!(sizes.clone().max(), Some(*length));
                let padding = labels.len() * length - sizes.sum::<usize>();
                assert!(
                    4 * padding <= labels.len() * length,
                    "{padding} of {length}"
                );
            }
        }
        // A probe sees the first sentences as they come.
        assert_eq!(read(new())[0].0, [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(read(new().shuffled(3)), read(new().shuffled(3)));
    }
}
