//! Networks trained towards low, middle and high orders differ from a plainly trained one as their names say.

use burn_interaction::{Modulation, Strength};
use burn_interaction_tests::{seeded, test_device};

/// The program itself, so that it and this test cannot drift apart.
#[allow(dead_code)]
#[path = "../../examples/examples/order_variants.rs"]
mod order_variants;

use order_variants::{measure, network, train, variants};

/// J over ratios `m / (n - 2)` of 0 to .2, .3 to .7 and .8 to 1, and where its mass lies: the mean ratio, weighted by J.
#[derive(Debug, Clone, Copy)]
struct Shape {
    low: f64,
    mid: f64,
    high: f64,
    centre: f64,
}

impl Shape {
    fn of(strength: &Strength) -> Self {
        let points = || strength.points.iter();
        let band = |from: f64, to: f64| {
            let chosen = points().filter(|p| (from..=to).contains(&p.ratio));
            let values: Vec<f64> = chosen.map(|p| p.relative).collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        let moment: f64 = points().map(|p| p.ratio * p.relative).sum();
        let mass: f64 = points().map(|p| p.relative).sum();
        Self {
            low: band(0.0, 0.2),
            mid: band(0.3, 0.7),
            high: band(0.8, 1.0),
            centre: moment / mass,
        }
    }
}

/// Measured over 6 seeds, mean and standard deviation of J:
///
/// | network | low | mid | high | accuracy |
/// |---|---|---|---|---|
/// | plain | 1.43 +- .07 | .86 +- .02 | .88 +- .03 | .974 +- .005 |
/// | low-order | 1.80 +- .04 | .85 +- .01 | .53 +- .02 | .975 +- .004 |
/// | mid-order | .62 +- .05 | 1.16 +- .02 | 1.12 +- .03 | .973 +- .004 |
/// | high-order | .26 +- .04 | 1.08 +- .05 | 1.64 +- .07 | .964 +- .006 |
/// | published low-order | 1.65 +- .04 | .86 +- .01 | .66 +- .02 | .975 +- .002 |
/// | published high-order | .41 +- .03 | 1.14 +- .03 | 1.38 +- .03 | .966 +- .004 |
///
/// The centres of the first four lie at .44, .35, .56 and .68.
#[test]
fn each_variant_is_of_the_orders_that_its_name_says() {
    let device = test_device();
    for seed in 1..=3 {
        let net = seeded(network(&device), seed);
        let published = [
            ("published low-order", Modulation::low_order()),
            ("published high-order", Modulation::high_order()),
        ];
        let recipes = variants().into_iter().chain(published);
        let shapes: Vec<Shape> = recipes
            .map(|(name, modulation)| {
                let net = train(&net, modulation, seed, &device);
                let (accuracy, strength) = measure(&net, &device).unwrap();
                let shape = Shape::of(&strength);
                println!("seed {seed}, {name}: accuracy {accuracy:.3}, {shape:.3?}");
                assert!(accuracy > 0.92, "seed {seed}, {name}: {accuracy}");
                shape
            })
            .collect();
        let all = format!("seed {seed}: {shapes:.3?}");
        let [plain, low, mid, high, paper_low, paper_high] = shapes[..] else {
            panic!("{all}");
        };
        assert!(low.high < plain.high - 0.2, "{all}");
        assert!(low.low > plain.low + 0.15, "{all}");
        assert!(mid.mid > plain.mid + 0.2, "{all}");
        assert!(mid.low < plain.low - 0.5, "{all}");
        assert!(high.high > plain.high + 0.4, "{all}");
        assert!(high.low < plain.low - 0.7, "{all}");
        let centres = [low, plain, mid, high].map(|shape| shape.centre);
        assert!(centres.windows(2).all(|c| c[0] + 0.04 < c[1]), "{all}");
        assert!(paper_low.high < plain.high - 0.05, "{all}");
        assert!(paper_high.high > plain.high + 0.25, "{all}");
        assert!(paper_high.low < plain.low - 0.6, "{all}");
    }
}
