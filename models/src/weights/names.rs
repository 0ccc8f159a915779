/// Names of weights in this crate and in a file: pieces of keys that differ, `(here, there)`. The first that fits counts; a
/// piece begins where a segment of the key does, or only where the key does if it has a `^` before it, and ends with a full
/// stop or with the key.
pub(super) struct Names<'a>(pub(super) &'a [(String, String)]);

impl Names<'_> {
    /// The file's key for a key of ours.
    pub(super) fn there(&self, key: &str) -> String {
        let mut pieces = self.0.iter().map(|(here, there)| (here, there));
        pieces
            .find_map(|(here, there)| swap(key, here, there))
            .unwrap_or_else(|| key.into())
    }

    /// Our key for a key of the file.
    pub(super) fn here(&self, key: &str) -> String {
        let mut pieces = self.0.iter().map(|(here, there)| (there, here));
        pieces
            .find_map(|(there, here)| swap(key, there, here))
            .unwrap_or_else(|| key.into())
    }
}

fn swap(key: &str, from: &str, to: &str) -> Option<String> {
    let at = find(key, from)?;
    let [from, to] = [from, to].map(|piece| piece.strip_prefix('^').unwrap_or(piece));
    let (before, rest) = key.split_at(at);
    Some(format!("{before}{to}{}", &rest[from.len()..]))
}

/// The place of a piece in a key.
pub(super) fn find(key: &str, piece: &str) -> Option<usize> {
    let (piece, anywhere) = match piece.strip_prefix('^') {
        Some(piece) => (piece, false),
        None => (piece, true),
    };
    key.match_indices(piece).map(|(at, _)| at).find(|at| {
        let begins = *at == 0 || anywhere && key.as_bytes()[at - 1] == b'.';
        begins && (piece.ends_with('.') || at + piece.len() == key.len())
    })
}

/// The renames of a Sequential: entry k of `field` here has index `there[k]` in the reference.
pub(crate) fn sequential(field: &str, there: &[usize]) -> Vec<(String, String)> {
    let rename =
        |(here, there): (usize, &usize)| (format!("{field}.{here}."), format!("{field}.{there}."));
    there.iter().enumerate().map(rename).collect()
}

/// Makes renames from literals.
pub(crate) fn renamed(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(here, there)| ((*here).into(), (*there).into()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_change_at_segments_only_and_once() {
        let pairs = renamed(&[("conv1.bn.", "bn1."), ("head.", "head.fc."), ("a", "b")]);
        let names = Names(&pairs);
        for (here, there) in [
            ("layer1.0.conv1.bn.weight", "layer1.0.bn1.weight"),
            ("head.weight", "head.fc.weight"),
            ("ahead.weight", "ahead.weight"),
            ("x.a", "x.b"),
            ("a.x", "a.x"),
        ] {
            assert_eq!(names.there(here), there);
            assert_eq!(names.here(there), here);
        }
        let pairs = renamed(&[("^stages.0.norm.", "^norm1.")]);
        for (here, there) in [
            ("stages.0.norm.bias", "norm1.bias"),
            ("block.norm1.bias", "block.norm1.bias"),
        ] {
            assert_eq!(Names(&pairs).there(here), there);
            assert_eq!(Names(&pairs).here(there), here);
        }
        let pairs = sequential("features", &[1, 2]);
        assert_eq!(Names(&pairs).there("features.0.bias"), "features.1.bias");
        assert_eq!(Names(&pairs).here("features.2.bias"), "features.1.bias");
    }
}
