mod layout;

use plotters::prelude::*;

use crate::error::{Error, Result};

use super::caption::wrapped;
use super::png::writes_pictures;
use super::style::text;
use super::svg::svg;
use layout::{EPOCHS, LINE, Layout, WIDTH};

/// An epoch of a [`HistoryChart`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HistoryEpoch {
    /// The number of the epoch.
    pub number: usize,
    /// The ratio m / (n - 2) of each measured order, and its J; empty where nothing was measured.
    pub curve: Vec<(f64, f64)>,
    /// Accuracy on the training part, as a share.
    pub train: Option<f64>,
    /// Accuracy on the validation part, as a share.
    pub valid: Option<f64>,
}

/// The orders of a network while it was trained: J by epoch and order as colours, above the accuracies on the same axis.
///
/// ```
/// use burn_interaction::figures::{HistoryChart, HistoryEpoch};
///
/// let epoch = |number, j| HistoryEpoch {
///     number,
///     curve: vec![(0.0, j), (0.5, 0.4), (1.0, 2.6 - j)],
///     train: Some(0.6),
///     valid: Some(0.5),
/// };
/// let svg = HistoryChart::new("a training")
///     .epoch(epoch(1, 1.2))
///     .epoch(epoch(2, 1.6))
///     .to_svg()?;
/// assert!(svg.starts_with("<svg"));
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct HistoryChart {
    title: String,
    caption: Option<String>,
    epochs: Vec<HistoryEpoch>,
}

impl HistoryChart {
    /// A chart without epochs.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            caption: None,
            epochs: Vec::new(),
        }
    }

    /// Adds an epoch, after those before it.
    pub fn epoch(mut self, epoch: HistoryEpoch) -> Self {
        self.epochs.push(epoch);
        self
    }

    /// A line or more of one's own below the chart, such as who measured the orders and how.
    pub fn caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = Some(caption.into());
        self
    }

    /// Whether no order was measured in any epoch.
    pub fn is_empty(&self) -> bool {
        self.epochs.iter().all(|epoch| epoch.curve.is_empty())
    }

    /// The picture as SVG.
    ///
    /// # Errors
    ///
    /// Fails where no order was measured or more than 140 were, epochs are not in order, or a number is not one that its kind
    /// can be.
    pub fn to_svg(&self) -> Result<String> {
        self.check()?;
        let layout = Layout::of(&self.epochs)?;
        let caption = self.lines(&layout);
        let height = layout.bottom + EPOCHS + LINE * caption.len() as i32 + 8;
        let svg = svg((WIDTH as u32, height as u32), |area| {
            area.draw(&Text::new(self.title.as_str(), (14, 12), text(20)))?;
            layout.draw_map(area)?;
            layout.draw_key(area)?;
            layout.draw_shares(area)?;
            layout.draw_epochs(area)?;
            let places = (layout.bottom + EPOCHS..).step_by(LINE as usize);
            for (line, y) in caption.iter().zip(places) {
                area.draw(&Text::new(line.as_str(), (14, y), text(12)))?;
            }
            Ok(())
        })?;
        Ok(super::valid(svg))
    }

    fn check(&self) -> Result<()> {
        let refuse = |reason: String| Err(Error::Figure(reason));
        if self.is_empty() {
            return refuse("a history needs an epoch in which orders were measured".into());
        }
        for pair in self.epochs.windows(2) {
            if pair[1].number <= pair[0].number {
                return refuse(format!(
                    "epoch {} comes after epoch {}: give epochs in order, each once",
                    pair[1].number, pair[0].number
                ));
            }
        }
        for HistoryEpoch {
            number,
            curve,
            train,
            valid,
        } in &self.epochs
        {
            for (ratio, j) in curve {
                if !((0.0..=1.0).contains(ratio) && j.is_finite()) {
                    return refuse(format!(
                        "J is {j} at ratio {ratio} in epoch {number}: ratios are between 0 and 1, and J is finite"
                    ));
                }
            }
            for share in [train, valid].into_iter().flatten() {
                if !(0.0..=1.0).contains(share) {
                    return refuse(format!(
                        "the accuracy is {share} in epoch {number}: accuracies are shares between 0 and 1"
                    ));
                }
            }
        }
        Ok(())
    }

    fn lines(&self, layout: &Layout) -> Vec<String> {
        let mut text = String::from(
            "Colours are J, the strength of an order over the mean of all measured orders of the epoch.",
        );
        if layout.every > 1 {
            text += &format!(" One of {} epochs is shown.", layout.every);
        }
        if layout.missing {
            text += " Cells with a line through them were not measured.";
        }
        let own = self.caption.iter().flat_map(|own| wrapped(own));
        wrapped(&text).into_iter().chain(own).collect()
    }
}

writes_pictures!(HistoryChart);

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(number: usize, curve: &[(f64, f64)]) -> HistoryEpoch {
        HistoryEpoch {
            number,
            curve: curve.to_vec(),
            train: Some(0.5),
            valid: Some(0.25),
        }
    }

    fn chart(epochs: &[HistoryEpoch]) -> HistoryChart {
        let chart = HistoryChart::new("a net");
        epochs.iter().cloned().fold(chart, HistoryChart::epoch)
    }

    #[test]
    fn each_epoch_and_order_has_a_cell_with_its_number() {
        let svg = chart(&[
            epoch(1, &[(0.0, 1.0), (0.5, 0.25), (1.0, 3.7)]),
            epoch(3, &[(0.0, 0.0), (0.5, -0.5)]),
        ])
        .caption("measured on 5 samples")
        .to_svg()
        .unwrap();
        for part in [
            "\n0.25\n",
            "\n3.7\n",
            "\n-0.50\n",
            "\nvalid\n",
            "\n20 %\n",
            "\n3\n",
            "5 samples",
            "not measured",
        ] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
        assert!(!svg.contains("NaN"), "{svg}");
    }

    #[test]
    fn any_number_of_epochs_fits() {
        let epochs: Vec<_> = (1..=3000)
            .map(|n| epoch(n, &[(0.0, 2.0), (1.0, 0.5)]))
            .collect();
        let svg = chart(&epochs).to_svg().unwrap();
        assert!(svg.contains("One of 6 epochs is shown"));
        assert!(svg.len() < 600_000, "{}", svg.len());
    }

    #[test]
    fn what_is_no_history_is_refused() {
        let refused = |epochs: &[HistoryEpoch], why: &str| {
            let error = chart(epochs).to_svg().unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        };
        refused(&[], "needs an epoch");
        refused(&[epoch(1, &[])], "needs an epoch");
        let one = epoch(2, &[(0.5, 1.0)]);
        refused(&[one.clone(), one.clone()], "epoch 2 comes after epoch 2");
        refused(&[epoch(1, &[(0.5, f64::NAN)])], "J is NaN");
        refused(&[epoch(1, &[(1.5, 1.0)])], "ratio 1.5");
        let percent = HistoryEpoch {
            valid: Some(55.0),
            ..one
        };
        refused(&[percent], "shares between 0 and 1");
        let many: Vec<(f64, f64)> = (0..200).map(|k| (f64::from(k) / 199.0, 1.0)).collect();
        refused(&[epoch(1, &many)], "200 orders do not fit");
    }
}
