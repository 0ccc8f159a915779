use burn::tensor::Tensor;

/// The bias added to the scores of tokens that the shift brought together from different places.
const APART: f32 = -100.0;

/// How a map of tokens is cut into windows.
#[derive(Debug, Clone)]
pub(super) struct Windows {
    /// Rows and columns of the map.
    map: [usize; 2],
    /// Rows and columns of a window.
    pub(super) window: [usize; 2],
    /// Rows and columns that the map is rolled by before it is cut.
    shift: [usize; 2],
}

impl Windows {
    pub(super) fn new(map: [usize; 2], window: usize, shifted: bool) -> Self {
        let shift = |side: usize| match shifted && side > window {
            true => window / 2,
            false => 0,
        };
        Self {
            map,
            window: map.map(|side| side.min(window)),
            shift: map.map(shift),
        }
    }

    /// Windows down and across, the last of which may reach beyond the map.
    fn count(&self) -> [usize; 2] {
        std::array::from_fn(|axis| self.map[axis].div_ceil(self.window[axis]))
    }

    /// Cuts a map into windows: `[batch, rows, columns, width]` to `[batch * windows, tokens, width]`, zeros beyond the
    /// map.
    pub(super) fn cut(&self, x: Tensor<4>) -> Tensor<3> {
        let [batch, height, width, channels] = x.dims();
        let [down, across] = self.count();
        let [wh, ww] = self.window;
        let x = self.roll(x, -1);
        let x = match (down * wh - height, across * ww - width) {
            (0, 0) => x,
            (bottom, right) => x.pad([(0, bottom), (0, right), (0, 0)], 0.0),
        };
        x.reshape([batch, down, wh, across, ww, channels])
            .permute([0, 1, 3, 2, 4, 5])
            .reshape([batch * down * across, wh * ww, channels])
    }

    /// Joins windows to a map, the inverse of [`cut`](Self::cut).
    pub(super) fn join(&self, x: Tensor<3>, batch: usize) -> Tensor<4> {
        let channels = x.dims()[2];
        let [down, across] = self.count();
        let [wh, ww] = self.window;
        let x = x
            .reshape([batch, down, across, wh, ww, channels])
            .permute([0, 1, 3, 2, 4, 5])
            .reshape([batch, down * wh, across * ww, channels]);
        let x = match [down * wh, across * ww] == self.map {
            true => x,
            false => x.slice([0..batch, 0..self.map[0], 0..self.map[1]]),
        };
        self.roll(x, 1)
    }

    fn roll(&self, x: Tensor<4>, direction: i64) -> Tensor<4> {
        match self.shift {
            [0, 0] => x,
            shift => x.roll(&shift.map(|by| direction * by as i64), &[1, 2]),
        }
    }

    /// The row of the bias table for each pair of tokens i and j of a window: that for the place of i less that of j.
    pub(super) fn bias_rows(&self) -> Vec<i32> {
        let [wh, ww] = self.window;
        let places: Vec<(usize, usize)> = (0..wh * ww).map(|k| (k / ww, k % ww)).collect();
        let row = |(i, j): (&(usize, usize), &(usize, usize))| {
            let (down, right) = (i.0 + wh - 1 - j.0, i.1 + ww - 1 - j.1);
            (down * (2 * ww - 1) + right) as i32
        };
        let pairs = places
            .iter()
            .flat_map(|i| places.iter().map(move |j| (i, j)));
        pairs.map(row).collect()
    }

    /// The bias for each pair of tokens of a window: [`APART`] for tokens that were not neighbours before the map was
    /// rolled, zero for others; `None` without shift.
    pub(super) fn mask(&self) -> Option<Vec<f32>> {
        if self.shift == [0, 0] {
            return None;
        }
        let [down, across] = self.count();
        let [wh, ww] = self.window;
        // The map is cut three times along each axis: before the last window, and where it was rolled.
        let region = |axis: usize, at: usize| {
            let side = self.count()[axis] * self.window[axis];
            match (self.window[axis], self.shift[axis]) {
                (_, 0) => 0,
                (window, _) if at < side - window => 0,
                (_, shift) if at < side - shift => 1,
                _ => 2,
            }
        };
        let mut mask = Vec::with_capacity(down * across * (wh * ww).pow(2));
        for window in 0..down * across {
            let (top, left) = (window / across * wh, window % across * ww);
            let regions: Vec<[i32; 2]> = (0..wh * ww)
                .map(|k| [region(0, top + k / ww), region(1, left + k % ww)])
                .collect();
            for i in &regions {
                mask.extend(regions.iter().map(|j| if i == j { 0.0 } else { APART }));
            }
        }
        Some(mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Int;

    #[test]
    fn a_map_is_joined_as_it_was_cut() {
        let device = burn_interaction::device("flex").unwrap();
        for (map, window) in [([8, 8], 4), ([10, 7], 4), ([3, 9], 4)] {
            let count = map[0] * map[1];
            let x = Tensor::<1, Int>::arange(0..2 * count as i64 * 3, &device).float();
            let x = x.reshape([2, map[0], map[1], 3]);
            for shifted in [false, true] {
                let windows = Windows::new(map, window, shifted);
                let [wh, ww] = windows.window;
                let cut = windows.cut(x.clone());
                assert_eq!(cut.dims()[1..], [wh * ww, 3]);
                let joined = windows.join(cut, 2);
                assert_eq!(
                    joined.into_data(),
                    x.clone().into_data(),
                    "{map:?} {shifted}"
                );
            }
        }
    }

    #[test]
    fn a_shifted_map_keeps_far_tokens_apart() {
        let windows = Windows::new([4, 4], 2, true);
        let mask = windows.mask().unwrap();
        let of = |window: usize| &mask[16 * window..16 * (window + 1)];
        assert!(of(0).iter().all(|m| *m == 0.0));
        // The last window holds the map's four corners.
        let alone = |i: usize| (0..4).all(|j| of(3)[4 * i + j] == if i == j { 0.0 } else { APART });
        assert!((0..4).all(alone));
        assert!(Windows::new([2, 2], 2, true).mask().is_none());
        assert_eq!(
            Windows::new([2, 2], 2, false).bias_rows()[..4],
            [4, 3, 1, 0]
        );
    }
}
