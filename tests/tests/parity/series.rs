//! Networks for time series.

use burn_interaction::Series;
use burn_interaction_models::FcnConfig;
use burn_interaction_tests::test_device;

use super::Fixture;

#[test]
fn fcn() {
    let f = Fixture::open("fcn");
    let config =
        FcnConfig::new(f.argument("c_in"), f.argument("c_out")).with_widths(f.arguments("layers"));
    f.check::<3, _>(
        || config.init(&test_device()),
        |net, x| net.forward(Series::new(x)),
    );
}
