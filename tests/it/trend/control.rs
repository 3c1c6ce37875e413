//! Control charts and run rules.

use super::{assert_near, count, independent};
use amends::trend::control::{Chart, Lines, NoLimits, Point, Settings, parts};
use amends::trend::{Count, Direction, Minimum, Rule, Signal};
use proptest::prelude::*;

const NO_MINIMUM: Minimum = Minimum { applicable: 1, conversations: 1 };

fn settings(chart: Chart) -> Settings {
    Settings { chart, minimum: NO_MINIMUM, fewest_points: 2 }
}

fn series(counts: impl IntoIterator<Item = Count>) -> Vec<Point> {
    counts.into_iter().map(|count| Point { count, version: "1".into() }).collect()
}

/// The lines of a series of one version.
fn lines(series: &[Point], settings: &Settings) -> Lines {
    let [part] = parts(series, settings).try_into().unwrap();
    part.lines.unwrap()
}

/// Signals of periods with `met` of 100 independent messages, as (rule, direction, points).
fn signals(met: &[u64]) -> Vec<(Rule, Direction, Vec<usize>)> {
    let series = series(met.iter().map(|&k| independent(k, 100)));
    let told = |signal: Signal| (signal.rule, signal.direction, signal.points);
    lines(&series, &settings(Chart::P)).signals.into_iter().map(told).collect()
}

/// Cans that leak, 50 of each of 30 samples (Montgomery, *Introduction to Statistical Quality Control*, example
/// 7.1 in the 6th edition).
const CANS: [u64; 30] =
    [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6];

#[test]
fn the_published_p_chart_of_cans() {
    let series = series(CANS.map(|k| independent(k, 50)));
    let lines = lines(&series, &settings(Chart::P));
    // As published: centre 0.2313, limits 0.0524 and 0.4102, samples 15 and 23 beyond.
    assert_near(lines.centre, 0.2313, 5e-5);
    for limits in &lines.limits {
        assert_near(limits.low, 0.0524, 1e-4);
        assert_near(limits.high, 0.4102, 1e-4);
    }
    let beyond: Vec<usize> = lines
        .signals
        .iter()
        .filter(|signal| signal.rule == Rule::BeyondLimits)
        .map(|signal| signal.points[0] + 1)
        .collect();
    assert_eq!(beyond, [15, 23]);
}

/// NumPy 2.4.6: `s = sqrt(c*(1-c)/n)`, `z = (k/n - c)/s`, `abs(diff(z)).mean()/1.128`, `c ± 3*s*sigma_z`.
#[test]
fn laneys_chart_as_numpy_has_it() {
    let small = lines(&series(CANS.map(|k| independent(k, 50))), &settings(Chart::Laney));
    assert_near(small.sigma_z, 1.660_866_719_743_238_5, 1e-9);
    assert_eq!(small.limits[0].low, 0.0); // −0.066 before it is taken up to 0
    assert_near(small.limits[0].high, 0.528_471_998_043_533_5, 1e-9);

    // Emergency patients seen within four hours, the first six weeks (Mohammed et al., Quality and Safety in
    // Health Care 22, 2013): with so many the p-chart alarms nearly every week, Laney's never.
    let weeks = [
        (266_501, 280_443, 0.938_911_314_078, 0.962_073_402_357),
        (264_225, 276_823, 0.938_835_837_670, 0.962_148_878_765),
        (276_532, 291_681, 0.939_136_604_922, 0.961_848_111_513),
        (281_461, 296_155, 0.939_222_706_766, 0.961_762_009_670),
        (269_071, 282_343, 0.938_950_346_615, 0.962_034_369_820),
        (261_215, 275_888, 0.938_816_102_075, 0.962_168_614_361),
    ];
    let series = series(weeks.map(|(k, n, _, _)| independent(k, n)));
    let laney = lines(&series, &settings(Chart::Laney));
    assert_near(laney.centre, 0.950_492_358_217_682_6, 1e-12);
    assert_near(laney.sigma_z, 9.424_066_229_740_736, 1e-7);
    for (limits, (_, _, low, high)) in laney.limits.iter().zip(weeks) {
        assert_near(limits.low, low, 1e-9);
        assert_near(limits.high, high, 1e-9);
    }
    assert_eq!(laney.signals, []);
    let plain = lines(&series, &settings(Chart::P));
    assert_eq!(plain.signals.iter().filter(|signal| signal.rule == Rule::BeyondLimits).count(), 4);
}

#[test]
fn beyond_the_limits() {
    // 3σ is 15 of 100 around a half.
    let steady = [48, 52, 49, 51, 50, 52, 47, 51, 49, 51];
    assert_eq!(signals(&steady), []);
    let mut high = steady;
    high[6] = 70;
    assert_eq!(signals(&high), [(Rule::BeyondLimits, Direction::Up, vec![6])]);
    let mut low = steady;
    low[2] = 30;
    assert_eq!(signals(&low), [(Rule::BeyondLimits, Direction::Down, vec![2])]);
}

#[test]
fn two_of_three_far_out_on_one_side() {
    // 2σ is 10 of 100.
    assert_eq!(signals(&[50, 48, 62, 50, 62, 49, 45, 47, 46, 44]), [(Rule::TwoOfThree, Direction::Up, vec![2, 4])]);
    // On two sides, or three apart: nothing.
    assert_eq!(signals(&[50, 48, 62, 50, 38, 49, 51, 52, 49, 51]), []);
    assert_eq!(signals(&[50, 47, 62, 45, 46, 62, 46, 50, 46, 46]), []);
}

#[test]
fn eight_on_one_side() {
    let eight = [45, 46, 44, 47, 45, 46, 44, 47, 54, 55, 53, 56, 55, 54, 56];
    let down: Vec<usize> = (0..8).collect();
    assert_eq!(signals(&eight), [(Rule::EightOnOneSide, Direction::Down, down)]);
    // Seven are not enough, and a point on the centre ends a run.
    assert_eq!(signals(&eight[1..]), []);
    assert_eq!(signals(&[45, 46, 44, 47, 50, 45, 46, 44, 47, 55, 54, 56, 53, 50, 55, 54, 56, 53]), []);
    let found = lines(&series(eight.map(|k| independent(k, 100))), &settings(Chart::P)).signals;
    assert_eq!(found[0].sentence(), "8 periods in a row are below the centre.");
}

#[test]
fn six_in_one_direction() {
    let rising = [50, 47, 48, 50, 51, 53, 54, 50, 48, 49];
    assert_eq!(signals(&rising), [(Rule::SixInOneDirection, Direction::Up, vec![1, 2, 3, 4, 5, 6])]);
    let falling: Vec<u64> = rising.iter().map(|k| 100 - k).collect();
    assert_eq!(signals(&falling), [(Rule::SixInOneDirection, Direction::Down, vec![1, 2, 3, 4, 5, 6])]);
    // Five are not enough, nor six of which two are the same.
    assert_eq!(signals(&[50, 48, 50, 51, 53, 54, 50, 48, 49]), []);
    assert_eq!(signals(&[50, 47, 48, 50, 50, 53, 54, 50, 48, 49]), []);
}

#[test]
fn every_rule_has_a_name_and_a_sentence() {
    for rule in Rule::ALL {
        for direction in [Direction::Up, Direction::Down] {
            let signal = Signal { rule, direction, points: vec![0; 8] };
            assert!(rule.name().chars().all(|c| c.is_ascii_lowercase() || c == '_'));
            assert!(signal.sentence().ends_with('.'));
        }
    }
}

#[test]
fn a_new_version_cuts_the_series() {
    // Half of all messages under version a, nine of ten under b: one line through both would be all signals.
    let point = |k, version: &str| Point { count: independent(k, 40), version: version.into() };
    let mut series: Vec<Point> = [20, 21, 19].into_iter().cycle().take(12).map(|k| point(k, "a")).collect();
    series.push(Point { count: Count::default(), version: String::new() });
    series.extend([36, 35, 37].into_iter().cycle().take(12).map(|k| point(k, "b")));
    series.push(point(36, "c"));
    let parts = parts(&series, &Settings::default());
    let told: Vec<_> = parts.iter().map(|part| (part.points.clone(), part.version.as_str())).collect();
    assert_eq!(told, [(0..13, "a"), (13..25, "b"), (25..26, "c")]);
    let (a, b) = (parts[0].lines.as_ref().unwrap(), parts[1].lines.as_ref().unwrap());
    assert_eq!((a.centre, b.centre), (0.5, 0.9));
    assert!(a.signals.is_empty() && b.signals.is_empty());
    assert_eq!(b.limits[0].point, 13);
    assert_eq!(parts[2].lines, Err(NoLimits::TooFewPoints { points: 1, fewest: 12 }));
    // Back to a is a part of its own.
    let back = [point(20, "a"), point(20, "b"), point(20, "a")];
    assert_eq!(amends::trend::control::parts(&back, &Settings::default()).len(), 3);
}

#[test]
fn where_there_is_too_little_it_says_so() {
    assert_eq!(parts(&[], &Settings::default()), []);
    let mut series = series([independent(15, 30); 11]);
    // Grey points count for nothing: too few messages, too few conversations, none.
    series.extend(
        [independent(1, 19), count(&[(9, 30); 4]), Count::default()].map(|count| Point { count, version: "1".into() }),
    );
    let [part] = parts(&series, &Settings::default()).try_into().unwrap();
    let why = part.lines.unwrap_err();
    assert_eq!(why, NoLimits::TooFewPoints { points: 11, fewest: 12 });
    assert_eq!(why.to_string(), "no limits: 11 points with enough messages; it takes 12 to tell what is usual");
    series.push(Point { count: independent(15, 30), version: "1".into() });
    let limits = lines(&series, &Settings::default()).limits;
    assert_eq!(limits.iter().map(|limits| limits.point).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14]);

    let all_met = self::series([independent(30, 30); 14]);
    let [part] = parts(&all_met, &Settings::default()).try_into().unwrap();
    assert_eq!(part.lines, Err(NoLimits::NoVariation));
    // Nothing but empty periods.
    let [part] = parts(&self::series([Count::default(); 3]), &Settings::default()).try_into().unwrap();
    assert_eq!((part.points, part.version.as_str()), (0..3, ""));
}

#[test]
fn clustered_weeks_have_wider_limits() {
    let apart = lines(&series([independent(20, 40); 12]), &Settings::default());
    let clustered = lines(&series([count(&[(4, 4), (0, 4)].repeat(5)); 12]), &Settings::default());
    assert_eq!((apart.centre, clustered.centre), (0.5, 0.5));
    assert!(clustered.limits[0].sigma > 1.9 * apart.limits[0].sigma);
}

proptest! {
    #[test]
    fn laws_of_a_chart(
        weeks in prop::collection::vec((20_u64..200).prop_flat_map(|n| (0..=n, Just(n))), 12..40)
    ) {
        let up = series(weeks.iter().map(|&(k, n)| independent(k, n)));
        let down = series(weeks.iter().map(|&(k, n)| independent(n - k, n)));
        let both = |series: &[Point], chart| {
            parts(series, &Settings { chart, ..Settings::default() }).remove(0).lines.unwrap()
        };
        let (plain, laney, turned) = (both(&up, Chart::P), both(&up, Chart::Laney), both(&down, Chart::Laney));
        prop_assert_eq!(plain.sigma_z, laney.sigma_z);
        for (narrow, wide) in plain.limits.iter().zip(&laney.limits) {
            prop_assert!(wide.low <= narrow.low && narrow.high <= wide.high);
            prop_assert!(0.0 <= wide.low && narrow.low <= plain.centre && plain.centre <= narrow.high && wide.high <= 1.0);
        }
        // Beyond the limits is what the limits show.
        for limits in &laney.limits {
            let outside = limits.rate < laney.centre - 3.0 * limits.sigma || limits.rate > laney.centre + 3.0 * limits.sigma;
            let told = laney.signals.iter().any(|s| s.rule == Rule::BeyondLimits && s.points == [limits.point]);
            prop_assert_eq!(outside, told);
        }
        // Of the unmet messages, the same chart upside down.
        prop_assert!((turned.centre - (1.0 - laney.centre)).abs() < 1e-12);
        prop_assert!((turned.sigma_z - laney.sigma_z).abs() < 1e-6 * laney.sigma_z.max(1.0));
    }
}
