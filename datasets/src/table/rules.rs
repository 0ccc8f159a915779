use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Table;

const FEATURES: usize = 10;

/// A generated table of `rows` rows: 10 uniform features in -1..1 and two classes.
///
/// The class follows single features, products of neighbouring ones (local cues, order 0) and whether most of the ten
/// agree in sign (global structure, high orders); all three are informative, and some noise is added.
pub fn rules(rows: usize, seed: u64) -> Table {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let rows = (0..rows).map(|_| {
        let x: Vec<f32> = (0..FEATURES).map(|_| rng.random_range(-1.0..1.0)).collect();
        let single = 0.6 * x[0] - 0.5 * x[5];
        let local = 2.0 * (x[1] * x[2] + x[3] * x[4] - x[6] * x[7]);
        let positive = x.iter().filter(|v| **v > 0.0).count();
        let global = if positive >= 7 || positive <= 3 {
            0.8
        } else {
            -0.8
        };
        let noise: f32 = rng.random_range(-0.4..0.4);
        (x, usize::from(single + local + global + noise > 0.0))
    });
    let names = (0..FEATURES).map(|k| format!("x{k}")).collect();
    Table::of(names, vec!["no".into(), "yes".into()], rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_repeat_by_seed_and_fill_both_classes() {
        let table = rules(1000, 5);
        assert_eq!(table, rules(1000, 5));
        assert_ne!(table, rules(1000, 6));
        let yes = table.rows.iter().filter(|row| row.label == 1).count();
        assert!((300..700).contains(&yes), "{yes}");
    }
}
