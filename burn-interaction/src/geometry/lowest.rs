use burn::tensor::{Bool, IndexingUpdateOp, Int, Tensor};

/// The `count` lowest indices at which each row of a mask is true; where there are fewer, the first of them again.
///
/// A row without any gives index 0.
///
/// # Shapes
///
/// - mask: `[rows, columns]`
/// - output: `[rows, count]`
pub fn lowest(mask: Tensor<2, Bool>, count: usize) -> Tensor<2, Int> {
    let [rows, columns] = mask.dims();
    let device = mask.device();
    let order = Tensor::<1, Int>::arange(0..columns as i64, &device).reshape([1, columns]);
    // As numbers: Burn's flex backend forgets that what it selects from booleans are some.
    let mask = mask.int();
    let rank = mask.clone().cumsum(1) - 1;
    // What is not wanted goes to a column of its own, which is cut off.
    let beyond = rank.clone().greater_equal_elem(count as i64);
    let unwanted = mask.equal_elem(0).bool_or(beyond);
    let slot = rank.mask_fill(unwanted.clone(), count as i64);
    let values = order.expand([rows, columns]).mask_fill(unwanted.clone(), 0);
    let found = Tensor::<2, Int>::zeros([rows, count + 1], &device)
        .scatter(1, slot, values, IndexingUpdateOp::Add)
        .narrow(1, 0, count);
    let filled = (unwanted.int() * -1 + 1).sum_dim(1).expand([rows, count]);
    let slots = Tensor::<1, Int>::arange(0..count as i64, &device)
        .reshape([1, count])
        .expand([rows, count]);
    let first = found.clone().narrow(1, 0, 1).expand([rows, count]);
    found.mask_where(slots.greater_equal(filled), first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn the_lowest_come_in_order_and_the_first_fills_up() {
        let mask = Tensor::<2, Int>::from_data(
            [
                [0, 1, 0, 1, 1],
                [0, 0, 0, 0, 1],
                [1, 1, 1, 1, 1],
                [0, 0, 0, 0, 0],
            ],
            &Device::flex(),
        );
        let found = lowest(mask.equal_elem(1), 3);
        let found = found.try_into_vec_as::<i64>().unwrap();
        assert_eq!(found, [1, 3, 4, 4, 4, 4, 0, 1, 2, 0, 0, 0]);
    }
}
