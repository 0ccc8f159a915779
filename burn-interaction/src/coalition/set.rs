use std::fmt;

const WORD: usize = u64::BITS as usize;

/// A set of players out of `n`, packed one bit a player. `n` has no upper limit.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Coalition {
    players: usize,
    words: Box<[u64]>,
}

impl Coalition {
    /// The empty coalition of a game of `players`.
    pub fn empty(players: usize) -> Self {
        Self {
            players,
            words: vec![0; players.div_ceil(WORD)].into(),
        }
    }

    /// The grand coalition: all `players`.
    pub fn full(players: usize) -> Self {
        let mut set = Self::empty(players);
        for (w, word) in set.words.iter_mut().enumerate() {
            let left = players - w * WORD;
            *word = if left >= WORD {
                u64::MAX
            } else {
                (1 << left) - 1
            };
        }
        set
    }

    /// The coalition of the given members.
    ///
    /// # Panics
    ///
    /// Panics if a member is not below `players`.
    pub fn of(players: usize, members: impl IntoIterator<Item = usize>) -> Self {
        let mut set = Self::empty(players);
        for member in members {
            set.toggle(member);
            assert!(set.contains(member), "player {member} is named twice");
        }
        set
    }

    /// The coalition whose members are the one bits of `code`, for games of at most 64 players: bits beyond the players are nobody's.
    pub fn from_code(players: usize, code: u64) -> Self {
        let mut set = Self::empty(players);
        if let Some(word) = set.words.first_mut() {
            let beyond = (WORD - players.min(WORD)) as u32;
            *word = code & u64::MAX.checked_shr(beyond).unwrap_or(0);
        }
        set
    }

    /// The number whose one bits are the members, for games of at most 64 players: [`from_code`](Coalition::from_code)
    /// gives the coalition back.
    pub(crate) fn code(&self) -> usize {
        self.words.first().map_or(0, |word| *word as usize)
    }

    /// The number of players in the game (not in the coalition).
    pub fn players(&self) -> usize {
        self.players
    }

    /// The number of members, `|S|`.
    pub fn len(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Whether nobody is present.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|w| *w == 0)
    }

    /// Whether `player` is present.
    pub fn contains(&self, player: usize) -> bool {
        self.words[player / WORD] >> (player % WORD) & 1 == 1
    }

    /// Whether all members are also in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.words
            .iter()
            .zip(&other.words)
            .all(|(a, b)| a & !b == 0)
    }

    /// Adds `player` if absent, removes it if present.
    ///
    /// # Panics
    ///
    /// Panics if `player` is not below the number of players.
    pub fn toggle(&mut self, player: usize) {
        assert!(player < self.players, "player {player} of {}", self.players);
        self.words[player / WORD] ^= 1 << (player % WORD);
    }

    /// A copy with one player toggled.
    pub fn toggled(&self, player: usize) -> Self {
        let mut set = self.clone();
        set.toggle(player);
        set
    }

    /// The members in ascending order.
    pub fn members(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(w, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros() as usize;
                    rest &= rest - 1;
                    w * WORD + bit
                })
            })
        })
    }

    /// Appends one entry a player, `true` where it is present: a row of a `[rows, players]` mask.
    pub fn extend_presence(&self, row: &mut Vec<bool>) {
        let mut left = self.players;
        for word in &self.words {
            row.extend((0..left.min(WORD)).map(|bit| word >> bit & 1 == 1));
            left = left.saturating_sub(WORD);
        }
    }
}

impl fmt::Debug for Coalition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.members()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_holds_everyone_on_both_sides_of_a_word() {
        for n in [1, 63, 64, 65, 128, 200] {
            let full = Coalition::full(n);
            assert_eq!(full.len(), n);
            assert_eq!(
                full.members().collect::<Vec<_>>(),
                (0..n).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn toggling_twice_changes_nothing() {
        let set = Coalition::of(70, [0, 63, 64, 69]);
        assert_eq!(set.toggled(64).len(), 3);
        assert_eq!(set.toggled(64).toggled(64), set);
        assert!(set.toggled(64).is_subset(&set));
        assert!(!set.is_subset(&set.toggled(64)));
    }

    #[test]
    fn a_code_names_no_player_who_is_not_there() {
        for players in [0, 1, 3, 63, 64] {
            assert_eq!(Coalition::from_code(players, u64::MAX).len(), players);
        }
        assert_eq!(Coalition::from_code(3, 0b1101), Coalition::of(3, [0, 2]));
    }

    #[test]
    fn presence_is_one_entry_a_player() {
        let mut row = Vec::new();
        Coalition::of(4, [1, 3]).extend_presence(&mut row);
        assert_eq!(row, [false, true, false, true]);
    }
}
