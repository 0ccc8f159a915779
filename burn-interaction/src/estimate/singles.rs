use crate::coalition::Coalition;

/// The values v({i}) of the players by themselves, as far as a plan evaluates them: all of them at order 0 of all pairs.
pub(super) struct Singles {
    values: Vec<Option<f64>>,
    missing: usize,
}

impl Singles {
    pub fn new(players: usize) -> Self {
        Self {
            values: vec![None; players],
            missing: players,
        }
    }

    /// Takes the values of single players out of those of some coalitions. Of several values of one player the first stays.
    pub fn absorb(&mut self, coalitions: &[Coalition], values: &[f64]) {
        if self.missing == 0 {
            return;
        }
        for (set, value) in coalitions.iter().zip(values) {
            let mut members = set.members();
            let (Some(player), None) = (members.next(), members.next()) else {
                continue;
            };
            let known = &mut self.values[player];
            self.missing -= usize::from(known.is_none());
            known.get_or_insert(*value);
        }
    }

    /// The value of each player by himself; `None` unless all were evaluated.
    pub fn finish(self) -> Option<Vec<f64>> {
        self.values.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_players_are_known_once_each_has_been_seen() {
        let of = |members: &[usize]| Coalition::of(3, members.iter().copied());
        let mut singles = Singles::new(3);
        singles.absorb(&[of(&[]), of(&[2]), of(&[0, 1])], &[9.0, 0.2, 8.0]);
        singles.absorb(&[of(&[0]), of(&[2])], &[0.5, 7.0]);
        assert_eq!(singles.missing, 1);
        singles.absorb(&[of(&[0, 1, 2]), of(&[1])], &[6.0, -1.0]);
        assert_eq!(singles.finish(), Some(vec![0.5, -1.0, 0.2]));
        assert_eq!(Singles::new(3).finish(), None);
    }
}
