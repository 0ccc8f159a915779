//! Measured samples as they look, kept with the results so that pictures and pages need neither data nor device.

use burn_interaction::evaluation::CloseOrder;
use burn_interaction::figures::{Areas, Tile, TileChart};
use burn_interaction::players::window_names;
use burn_interaction::{Coalition, Pair, Profile};
use serde::{Deserialize, Serialize};

use super::numbers::signed;
use crate::subject::{Scene, Seen};

/// The version of the form of the file.
const FORM: u32 = 1;
/// Contexts of an order that are shown.
pub const CONTEXTS_SHOWN: usize = 4;

/// Some measured samples as they look, a pair of one of them in contexts of several sizes, and an image under masks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gallery {
    form: u32,
    /// The samples.
    pub samples: Vec<Exhibit>,
    /// A pair of the first of them in growing contexts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contexts: Option<InContexts>,
    /// The first of them under masks, where it is an image.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub masks: Vec<Masks>,
}

/// A measured sample as it looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exhibit {
    /// The sample's id.
    pub id: u64,
    /// The contents of its picture.
    pub scene: Scene,
}

/// A pair of players in growing contexts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InContexts {
    /// The pair.
    pub pair: Pair,
    /// The number of players.
    pub players: usize,
    /// The contexts, order by order.
    pub orders: Vec<CloseOrder>,
    /// The inputs with the pair in the first contexts of each order, as the network sees them; none for sentences.
    pub seen: Vec<Vec<Seen>>,
}

/// A sample under masks of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Masks {
    /// The kind in words.
    pub kind: String,
    /// The masks, those that hide less first.
    pub masks: Vec<Masked>,
}

/// A sample under one mask, and the network's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Masked {
    /// The share of players that are hidden.
    pub share: f64,
    /// The input as the network sees it.
    pub seen: Seen,
    /// The class that the network gives it.
    pub class: String,
    /// The network's probability of that class.
    pub probability: f64,
}

impl Gallery {
    /// A gallery of these samples.
    pub fn new(samples: Vec<Exhibit>) -> Self {
        Self {
            form: FORM,
            samples,
            contexts: None,
            masks: Vec::new(),
        }
    }

    /// Whether the file is of a form that this version reads.
    pub fn is_known(&self) -> bool {
        self.form == FORM
    }

    /// Refuses a gallery that is not of these results.
    ///
    /// # Errors
    ///
    /// Fails with what does not fit.
    pub fn check(&self, profile: &Profile) -> std::result::Result<(), String> {
        for exhibit in &self.samples {
            let Some(sample) = profile.sample(exhibit.id) else {
                return Err(format!("sample {} was not measured", exhibit.id));
            };
            let players = match &exhibit.scene {
                Scene::Image { areas, .. } => areas.count(),
                Scene::Row { names, .. } => names.len(),
                Scene::Series { windows: of, .. } | Scene::Cloud { regions: of, .. } => {
                    of.iter().max().map_or(0, |last| last + 1)
                }
                Scene::Sentence { words, .. } => words
                    .iter()
                    .filter_map(|(_, player)| *player)
                    .max()
                    .map_or(0, |last| last + 1),
            };
            if players != sample.players() {
                return Err(format!(
                    "sample {} has {players} players here, and {} were measured",
                    exhibit.id,
                    sample.players()
                ));
            }
        }
        let Some(contexts) = &self.contexts else {
            return Ok(());
        };
        let (i, j) = contexts.pair;
        let mut members = contexts.orders.iter().flat_map(|order| &order.contexts);
        let within = members.all(|context| context.members.iter().all(|m| *m < contexts.players));
        match i < j && j < contexts.players && within {
            true => Ok(()),
            false => Err("the pair or its contexts have players that there are none of".into()),
        }
    }

    /// The pair in growing contexts: a row for each order, with Delta v below each context and the spread of all.
    pub fn contexts_chart(&self) -> Option<TileChart> {
        let (contexts, first) = (self.contexts.as_ref()?, self.samples.first()?);
        let InContexts { pair, players, .. } = contexts;
        let names = names(&first.scene, *pair);
        let title = format!(
            "{} of sample {} in contexts of other players",
            names, first.id
        );
        let mut chart = TileChart::new(title);
        for (place, order) in contexts.orders.iter().enumerate() {
            let shown = order.contexts.iter().take(CONTEXTS_SHOWN).enumerate();
            let tiles = shown.filter_map(|(number, context)| {
                let members = context.members.iter().copied().chain([pair.0, pair.1]);
                let present = Coalition::of(*players, members);
                let seen = contexts.seen.get(place).and_then(|seen| seen.get(number));
                let tile = tile(&first.scene, seen, present)?.pair(*pair);
                Some(tile.caption(format!("\u{394}v {}", signed(context.difference))))
            });
            let name = format!(
                "order {}: {} of the {} other players present, mean \u{394}v {} over {} contexts",
                order.order,
                order.order,
                players - 2,
                signed(order.mean()),
                order.contexts.len()
            );
            let spread = order.contexts.iter().map(|context| context.difference);
            chart = chart.row(name, tiles).spread(spread);
        }
        let key = match first.scene {
            Scene::Image {
                areas: Areas::Grid(_),
                ..
            } => {
                "The pair's patches, here by row and column, are framed. Each picture is what the network sees."
            }
            Scene::Image { .. } => {
                "The pair's segments are outlined. Each picture is what the network sees."
            }
            _ => "The pair is coloured. Each picture is what the network sees.",
        };
        let spread = "Right: \u{394}v of every drawn context as a dot, and their mean, an estimate of the interaction of that order.";
        Some(chart.key(key).key(spread))
    }

    /// The first sample under masks: a row for each kind, with the network's answer below each.
    pub fn masks_chart(&self) -> Option<TileChart> {
        let first = self.samples.first().filter(|_| !self.masks.is_empty())?;
        let title = format!("{}, sample {}, under masks", first.scene.class(), first.id);
        let mut chart = TileChart::new(title);
        for Masks { kind, masks } in &self.masks {
            let tiles = masks.iter().filter_map(|mask| {
                let tile = tile(&first.scene, Some(&mask.seen), Coalition::empty(0))?;
                let mark = match mask.class == first.scene.class() {
                    true => "right",
                    false => "wrong",
                };
                let percent = 100.0 * mask.probability;
                Some(tile.caption(format!("{mark}: {} {percent:.0} %", mask.class)))
            });
            let shares: Vec<String> = masks
                .iter()
                .map(|mask| format!("{:.0} %", 100.0 * mask.share))
                .collect();
            chart = chart.row(format!("{kind}: {} hidden", shares.join(", ")), tiles);
        }
        Some(chart.key("Below: the class that the network gives, and its probability."))
    }
}

/// An input with some of its players present.
fn tile(scene: &Scene, seen: Option<&Seen>, present: Coalition) -> Option<Tile> {
    match (scene, seen) {
        (Scene::Image { areas, .. }, Some(Seen::Image(pixels))) => {
            Some(Tile::image(pixels.clone(), areas.clone()))
        }
        (
            Scene::Cloud {
                regions,
                points,
                up,
                ..
            },
            Some(Seen::Cloud(moved)),
        ) => Some(Tile::cloud(moved, regions, points, *up)),
        (
            Scene::Series {
                channels, windows, ..
            },
            Some(Seen::Series(values)),
        ) => {
            let whole: Vec<Vec<f32>> = channels.iter().map(|(_, values)| values.clone()).collect();
            Some(Tile::series(values, windows, &whole))
        }
        (Scene::Sentence { words, .. }, _) => Some(Tile::words(words.clone(), present)),
        _ => None,
    }
}

/// The two players of a pair in words.
pub fn names(scene: &Scene, (i, j): Pair) -> String {
    let [first, second] = [i, j].map(|player| player_name(scene, player));
    format!("{first} and {second}")
}

/// A player in words.
fn player_name(scene: &Scene, player: usize) -> String {
    match scene {
        Scene::Image { areas, .. } => areas.name(player),
        Scene::Cloud { .. } => format!("region {player}"),
        Scene::Row { names, .. } => names.get(player).cloned().unwrap_or_default(),
        Scene::Series { windows, .. } => {
            let mut names = window_names(windows).into_iter();
            names.nth(player).unwrap_or_default()
        }
        Scene::Sentence { words, .. } => {
            let found = words.iter().find(|(_, own)| *own == Some(player));
            let word = found.map_or("", |(word, _)| word.as_str());
            format!("\u{201c}{word}\u{201d}")
        }
    }
}

#[cfg(test)]
mod tests {
    use burn_interaction::evaluation::CloseContext;
    use burn_interaction::figures::Pixels;

    use super::*;

    fn pixels(level: u8) -> Pixels {
        Pixels::new(vec![level; 48], [4, 4]).unwrap()
    }

    fn gallery() -> Gallery {
        let scene = Scene::Image {
            class: "<cat>".into(),
            pixels: pixels(90),
            areas: [2, 2].into(),
        };
        let mut gallery = Gallery::new(vec![Exhibit { id: 7, scene }]);
        let context = |members: Vec<usize>, difference| CloseContext {
            members,
            difference,
        };
        gallery.contexts = Some(InContexts {
            pair: (0, 3),
            players: 4,
            orders: vec![CloseOrder {
                order: 1,
                contexts: vec![context(vec![1], 0.5), context(vec![2], -1.5)],
            }],
            seen: vec![vec![Seen::Image(pixels(1)), Seen::Image(pixels(2))]],
        });
        let masked = |class: &str| Masked {
            share: 0.25,
            seen: Seen::Image(pixels(3)),
            class: class.into(),
            probability: 0.875,
        };
        gallery.masks = vec![Masks {
            kind: "random patches".into(),
            masks: vec![masked("<cat>"), masked("dog")],
        }];
        gallery
    }

    #[test]
    fn a_pair_is_shown_in_each_context_with_its_difference() {
        let svg = gallery().contexts_chart().unwrap().to_svg().unwrap();
        for part in [
            "patch (1, 1) and patch (2, 2) of sample 7",
            "1 of the 2 other players present, mean \u{394}v -0.500 over 2 contexts",
            "\u{394}v +0.500",
            "\u{394}v -1.500",
        ] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
        assert_eq!(svg.matches("<image").count(), 2);
    }

    #[test]
    fn masks_say_whether_the_answer_is_right() {
        let svg = gallery().masks_chart().unwrap().to_svg().unwrap();
        for part in ["right: &lt;cat&gt; 88 %", "wrong: dog 88 %", "25 % hidden"] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
    }

    #[test]
    fn a_gallery_survives_its_file() {
        let text = serde_json::to_string(&gallery()).unwrap();
        let read: Gallery = serde_json::from_str(&text).unwrap();
        assert_eq!(read, gallery());
        assert!(read.is_known());
        let empty = Gallery::new(Vec::new());
        assert!(empty.contexts_chart().is_none() && empty.masks_chart().is_none());
    }
}
