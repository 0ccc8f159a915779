//! Curves as text.

/// A chart of several named curves over a common axis, `rows` lines high, each with the mark of its name.
///
/// The axis is labelled with `ratios`, the order ratios m / (n - 2) of the points.
pub(crate) fn text_chart(curves: &[(&str, &[f64])], ratios: &[f64], rows: usize) -> String {
    const MARKS: [char; 6] = ['o', '+', 'x', '*', '#', '@'];
    const STEP: usize = 6;
    let values = || {
        curves
            .iter()
            .flat_map(|(_, values)| values.iter().copied())
            .filter(|v| v.is_finite())
    };
    let top = values().fold(0.0_f64, f64::max).max(f64::MIN_POSITIVE);
    let rows = rows.max(2);
    let mut grid = vec![vec![' '; ratios.len() * STEP]; rows];
    for (curve, (_, values)) in curves.iter().enumerate().rev() {
        for (point, value) in values.iter().enumerate().filter(|(_, v)| v.is_finite()) {
            let row = ((1.0 - value / top) * (rows - 1) as f64).round() as usize;
            let column = point * STEP + STEP / 2;
            if let Some(cell) = grid.get_mut(row).and_then(|line| line.get_mut(column)) {
                *cell = MARKS[curve % MARKS.len()];
            }
        }
    }
    let mut text = String::new();
    for (row, line) in grid.iter().enumerate() {
        let level = top * (1.0 - row as f64 / (rows - 1) as f64);
        let line: String = line.iter().collect();
        text.push_str(&format!("{level:7.2} |{}\n", line.trim_end()));
    }
    let axis: String = ratios.iter().map(|r| format!("{r:^STEP$.2}")).collect();
    text.push_str(&format!(
        "        +{}\n         {}  m/(n-2)\n",
        "-".repeat(ratios.len() * STEP),
        axis.trim_end()
    ));
    let legend = curves
        .iter()
        .enumerate()
        .map(|(c, (name, _))| format!("{} {name}", MARKS[c % MARKS.len()]));
    text.push_str(&format!(
        "         {}\n",
        legend.collect::<Vec<_>>().join("   ")
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_has_its_curves_axis_and_legend() {
        let chart = text_chart(
            &[("after", &[2.0, 1.0]), ("before", &[1.0, 1.0])],
            &[0.0, 1.0],
            3,
        );
        assert!(chart.contains("o after   + before"));
        assert!(chart.lines().next().unwrap().trim_end().ends_with('o'));
        assert!(chart.contains("0.00  1.00"));
    }
}
