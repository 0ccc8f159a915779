//! Curves as text, by ratatui's charts of braille dots.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::symbols::Marker;
use ratatui::widgets::{Axis, Chart, Dataset, GraphType, Widget};

/// Marks of points, one for each curve.
const MARKS: [char; 6] = ['o', '+', 'x', '*', '#', '@'];
/// Characters of a line.
const WIDTH: u16 = 78;

/// A chart of several named curves over the order ratio, `rows` lines high: lines of braille dots, eight in a character, and at each
/// point the mark of its name.
pub(crate) fn text_chart(curves: &[(&str, Vec<(f64, f64)>)], rows: usize) -> String {
    let finite = |point: &&(f64, f64)| point.0.is_finite() && point.1.is_finite();
    let curves: Vec<(&str, Vec<(f64, f64)>)> = curves
        .iter()
        .map(|(name, points)| (*name, points.iter().filter(finite).copied().collect()))
        .collect();
    let values = curves.iter().flat_map(|(_, points)| points);
    let top = values.map(|point| point.1).fold(0.0_f64, f64::max);
    let top = if top > 0.0 { top } else { 1.0 };
    let line = |(_, points)| Dataset::default().graph_type(GraphType::Line).data(points);
    let lines = curves.iter().map(|(name, points)| line((name, points)));
    let lines = lines.map(|line| line.marker(Marker::Braille));
    // Marks lie above all lines.
    let marks = curves.iter().enumerate().map(|(curve, (_, points))| {
        let mark = Marker::Custom(MARKS[curve % MARKS.len()]);
        let points = Dataset::default().data(points).marker(mark);
        points.graph_type(GraphType::Scatter)
    });
    let ratios: Vec<String> = (0..=5)
        .map(|fifth| format!("{:.1}", f64::from(fifth) / 5.0))
        .collect();
    let levels = (0..=4).map(|quarter| format!("{:>7.2}", top * f64::from(quarter) / 4.0));
    let chart = Chart::new(lines.chain(marks).collect::<Vec<_>>())
        .legend_position(None)
        .x_axis(Axis::default().bounds([0.0, 1.0]).labels(ratios.clone()))
        .y_axis(Axis::default().bounds([0.0, top]).labels(levels));
    let area = Rect::new(0, 0, WIDTH, rows.clamp(4, 200) as u16 + 2);
    let mut buffer = Buffer::empty(area);
    chart.render(area, &mut buffer);
    let mut text = String::new();
    for row in 0..area.height - 1 {
        let cells = (0..area.width).map(|column| buffer[(column, row)].symbol());
        text.push_str(cells.collect::<String>().trim_end());
        text.push('\n');
    }
    // The labels of the axis at their true places: ratatui shares out the line among them.
    let symbol = |column: u16| buffer[(column, area.height - 2)].symbol() == "\u{2514}";
    let first = usize::from((0..area.width).find(|column| symbol(*column)).unwrap_or(0)) + 1;
    let width = usize::from(area.width) - first - 1;
    let mut axis = String::new();
    for (fifth, label) in ratios.iter().enumerate() {
        let middle = first + (fifth * width) / 5;
        let start = (middle - 1).min(usize::from(area.width) - label.len());
        axis.extend(std::iter::repeat_n(' ', start.saturating_sub(axis.len())));
        axis.push_str(label);
    }
    text.push_str(&axis);
    text.push('\n');
    let legend = curves
        .iter()
        .enumerate()
        .map(|(curve, (name, _))| format!("{} {name}", MARKS[curve % MARKS.len()]));
    let legend = legend.collect::<Vec<_>>().join("   ");
    text.push_str(&format!("         {legend}   over m/(n-2)\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_has_its_curves_axis_and_legend() {
        let curves = [
            ("after", vec![(0.0, 2.0), (1.0, 1.0)]),
            ("before", vec![(0.0, 1.0), (1.0, f64::NAN)]),
        ];
        let chart = text_chart(&curves, 8);
        assert!(
            chart.contains("o after   + before   over m/(n-2)"),
            "{chart}"
        );
        assert!(chart.lines().next().unwrap().contains('o'), "{chart}");
        assert!(chart.contains("2.00") && chart.contains("0.8"), "{chart}");
        assert!(
            chart
                .lines()
                .all(|line| line.chars().count() <= usize::from(WIDTH))
        );
    }

    #[test]
    fn points_are_spaced_by_their_ratios_and_near_curves_are_told_apart() {
        let flat = |value: f64| vec![(0.0, value), (0.05, value), (1.0, value)];
        let chart = text_chart(
            &[("a", flat(0.77)), ("b", flat(0.84)), ("top", flat(1.5))],
            16,
        );
        let row = |mark: char| {
            let has = |line: &&str| line.contains(mark);
            chart.lines().position(|line| has(&line)).unwrap()
        };
        assert!(row('+') < row('o'), "{chart}");
        let line = chart.lines().nth(row('x')).unwrap();
        let at: Vec<usize> = line
            .chars()
            .enumerate()
            .filter(|(_, c)| *c == 'x')
            .map(|(k, _)| k)
            .collect();
        assert!(at[1] - at[0] < 6 && at[2] - at[1] > 50, "{line}");
    }

    #[test]
    fn a_chart_of_nothing_is_empty() {
        assert!(text_chart(&[], 4).contains("m/(n-2)"));
        assert!(text_chart(&[("zero", vec![(0.0, 0.0)])], 4).contains("o zero"));
    }
}
