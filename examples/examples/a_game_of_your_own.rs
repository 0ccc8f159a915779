//! A game that is no network: the glove game, in which a left and a right glove together are worth one.
//!
//! `cargo run --release --example a_game_of_your_own`: it has no tensors and needs no device.

use burn_interaction::{
    Coalition, Efficiency, Estimator, Game, Measurement, Orders, Pairs, Result,
};

/// The glove game: players 0 to 2 hold left gloves, 3 to 7 right ones.
struct Gloves;

impl Game for Gloves {
    fn players(&self) -> usize {
        8
    }

    fn values(&self, coalitions: &[Coalition]) -> Result<Vec<f64>> {
        let pairs = |set: &Coalition| {
            let left = set.members().filter(|player| *player < 3).count();
            left.min(set.len() - left) as f64
        };
        Ok(coalitions.iter().map(pairs).collect())
    }
}

fn main() -> Result<()> {
    let all = Measurement::of_games()
        .orders(Orders::all())
        .pairs(Pairs::all())
        .estimator(Estimator::Exact);
    let profile = all.run_game(&Gloves)?;
    let sample = &profile.samples()[0];
    println!("order   left-right   left-left   right-right");
    for &order in profile.orders() {
        let of = |pair| {
            sample
                .interaction(order, pair)
                .map_or(0.0, |estimate| estimate.mean)
        };
        println!(
            "{order:5}   {:10.3}   {:9.3}   {:11.3}",
            of((0, 3)),
            of((0, 1)),
            of((3, 4))
        );
    }
    let parts = Efficiency::of_game(&Gloves)?;
    println!(
        "v(N) = {} = {:.3} from the empty set, players and orders together",
        parts.full,
        parts.total()
    );
    Ok(())
}
