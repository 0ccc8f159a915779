//! The page of results, made from their files alone.

use std::path::Path;
use std::process::Command;

use crate::{path, refuse, succeed};

/// Measures a small untrained network of some kind of data.
fn measured(root: &Path, name: &str, arguments: &str) -> String {
    let out = path(root, name);
    let arguments: Vec<&str> = arguments.split(' ').collect();
    succeed(&[&["discover"], &arguments[..], &["--out", &out]].concat());
    out
}

fn page(folder: &str) -> String {
    std::fs::read_to_string(Path::new(folder).join("report.html")).unwrap()
}

#[test]
fn every_kind_of_measurement_has_a_page_that_answers_a_persons_questions() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let image = "--model resnet20-slim --data scenes --grid 4x4 --samples 5 --contexts 3 --orders r:0,0.25,0.5,0.75,1 --any";
    let cloud = "--model pointnet-slim --data solids --points 64 --regions 6 --samples 5 --contexts 3 --any";
    let text = "--model bert-slim --data grammar --samples 5 --contexts 3 --any";
    let table = "--model mlp5 --data rules --samples 5 --orders all --any";
    for (name, arguments, parts) in [
        (
            "image",
            image,
            &["id=\"idea\"", "under masks", "patch ("][..],
        ),
        ("cloud", cloud, &["id=\"idea\"", "regions "][..]),
        (
            "text",
            text,
            &["id=\"idea\"", "distance of the two words"][..],
        ),
        (
            "table",
            table,
            &[
                "add up to v(all) - v(none), as they must",
                "as a multiple of the order",
            ][..],
        ),
    ] {
        let out = measured(root, name, arguments);
        let html = page(&out);
        let questions = [
            // Which network on which data?
            " on ",
            "untrained",
            // What is its shape, and how sure is that?
            "class=\"verdict\"",
            "In numbers:",
            // Which pairs cooperate, at which order?
            "class=\"slider\"",
            // How is it made again?
            "interaction discover",
            "id=\"origin\"",
        ];
        for part in questions.iter().chain(parts) {
            assert!(html.contains(part), "{name}: {part}");
        }
        // It says the same without its data, from the files of the folder.
        std::fs::remove_file(Path::new(&out).join("report.html")).unwrap();
        let told = succeed(&["report", &out]);
        assert!(told.contains("report.html"), "{told}");
        assert_eq!(page(&out), html);
        assert!(html.len() < 5_000_000);
    }
}

#[test]
fn trainings_comparisons_and_parts_have_pages() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let trained = path(root, "trained");
    let train = "train --model mlp5 --data rules --epochs 1 --low-order --plain";
    let train: Vec<&str> = train.split(' ').collect();
    succeed(&[&train[..], &["--out", &trained]].concat());
    let html = page(&trained);
    for part in ["mlp5 trained on rules", "of the test samples", "suppress"] {
        assert!(html.contains(part), "{part}");
    }
    // Measured in the folder of its training, it has both.
    let measure = "--samples 5 --orders all --any --control";
    let measure: Vec<&str> = measure.split(' ').collect();
    let text = succeed(
        &[
            &["discover", "--weights", &trained],
            &measure[..],
            &["--out", &trained, "--force"],
        ]
        .concat(),
    );
    assert!(text.contains("Beside the same network untrained"), "{text}");
    let html = page(&trained);
    for part in [
        "id=\"training\"",
        "id=\"curves\"",
        "Beside the same network untrained",
    ] {
        assert!(html.contains(part), "{part}");
    }
    let other = measured(
        root,
        "other",
        "--model mlp5 --data rules --samples 5 --orders all --any",
    );
    let html = path(root, "both.html");
    let named = format!("<b>&\u{202e}={other}");
    succeed(&["report", &trained, &named, "--out", &html]);
    let html = std::fs::read_to_string(html).unwrap();
    assert!(html.contains("&lt;b&gt;&amp;\u{202e}") && !html.contains("<b>"));
    assert!(html.contains("over the 5 samples of both"));
    let compared = path(root, "compared");
    succeed(&["compare", &trained, &other, "--out", &compared]);
    assert!(page(&compared).contains("over the 5 samples of both"));
    refuse(&["report", &compared], "give the folders of the runs");
    refuse(&["report", &path(root, "nowhere")], "no results here");
    refuse(&["report", &trained, &path(root, "nowhere")], "nowhere");
    let gallery = Path::new(&other).join("gallery.json");
    std::fs::write(gallery, "{").unwrap();
    refuse(&["report", &other], "gallery.json");
}

#[test]
fn studies_have_pages() {
    let folder = tempfile::tempdir().unwrap();
    let store = path(folder.path(), "store");
    succeed(&[
        "study", "fig9", "--scale", "smoke", "--seeds", "1", "--out", &store,
    ]);
    let report = path(folder.path(), "store/reports/fig9-smoke-seeds-1");
    let html = page(&report);
    for part in [
        "id=\"claims\"",
        "claims on its subjects",
        "id=\"numbers\"",
        "data:image/svg+xml",
    ] {
        assert!(html.contains(part), "{part}");
    }
    succeed(&["report", &report]);
    assert_eq!(page(&report), html);
}

/// A browser without a window; `None` where this machine has none.
fn browser() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    names.into_iter().find(|name| {
        let asked = Command::new(name).arg("--version").output();
        asked.is_ok_and(|output| output.status.success())
    })
}

/// Loads a page in a browser and returns what became of it, with its console.
fn loaded(browser: &str, html: &Path) -> (String, String) {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .args([
            "--enable-logging=stderr",
            "--v=0",
            "--virtual-time-budget=5000",
        ])
        // Whatever a page asks for is nowhere.
        .args(["--host-resolver-rules=MAP * ~NOTFOUND"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", html.display()))
        .output()
        .unwrap();
    let [dom, log] =
        [output.stdout, output.stderr].map(|b| String::from_utf8_lossy(&b).into_owned());
    let console: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .collect();
    (dom, console.join("\n"))
}

#[test]
fn in_a_browser_the_slider_moves_and_values_show() {
    let Some(browser) = browser() else {
        eprintln!("skipped: no chromium on this machine");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let arguments = "--model mlp5 --data rules --samples 5 --orders all --any";
    let out = measured(folder.path(), "table", arguments);
    // A hand that moves the slider and points at a value, and a note of all that the page fetched.
    let hand = r#"<script>
const input = document.querySelector(".slider input");
input.value = "2";
input.dispatchEvent(new Event("input"));
const visible = [...document.querySelectorAll(".slider")][0].querySelectorAll(".panel:not([hidden])");
const point = document.querySelector("rect.value");
point.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: 50, clientY: 200 }));
const told = document.createElement("pre");
told.id = "told";
told.textContent = JSON.stringify({
  visible: visible.length, name: visible[0].dataset.name, spoken: input.getAttribute("aria-valuetext"),
  readout: document.getElementById("readout").textContent, shown: !document.getElementById("readout").hidden,
  requests: performance.getEntriesByType("resource").length,
  wide: document.documentElement.scrollWidth <= window.innerWidth,
});
document.body.append(told);
</script></body>"#;
    let html = page(&out).replace("</body>", hand);
    let moved = folder.path().join("moved.html");
    std::fs::write(&moved, html).unwrap();
    let (dom, console) = loaded(browser, &moved);
    assert_eq!(console, "");
    let (_, told) = dom
        .split_once("<pre id=\"told\">")
        .expect("the hand's note");
    let (told, _) = told.split_once("</pre>").unwrap();
    for part in [
        "\"visible\":1",
        "\"name\":\"order 2 of",
        "\"spoken\":\"order 2 of",
        "\"readout\":\"untrained, ratio 0.00: relative strength J",
        "\"shown\":true",
        "\"requests\":0",
        "\"wide\":true",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}
