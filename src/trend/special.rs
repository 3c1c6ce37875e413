//! Functions that the standard library lacks: log-gamma, digamma, the incomplete beta function, and roots.
//!
//! Accurate to some twelve digits over the arguments that counts of messages give; tests hold the figures
//! made of them to SciPy.

/// ln Γ(x) for x > 0: Stirling's series (Abramowitz & Stegun 1964, 6.1.41) after moving x up to where it
/// converges (6.1.15).
pub(super) fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut shifted) = (x, 1.0);
    while x < 10.0 {
        shifted *= x;
        x += 1.0;
    }
    let inverse = 1.0 / (x * x);
    let terms = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0];
    let series = terms.iter().rev().fold(0.0, |sum: f64, term| sum * inverse + term) / x;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series - f64::ln(shifted)
}

/// ψ(x), the derivative of ln Γ, for x > 0 (Abramowitz & Stegun 1964, 6.3.18 after 6.3.5).
pub(super) fn digamma(x: f64) -> f64 {
    let (mut x, mut shifted) = (x, 0.0);
    while x < 10.0 {
        shifted += 1.0 / x;
        x += 1.0;
    }
    let inverse = 1.0 / (x * x);
    let terms = [1.0 / 12.0, -1.0 / 120.0, 1.0 / 252.0, -1.0 / 240.0, 1.0 / 132.0, -691.0 / 32_760.0];
    let series = terms.iter().rev().fold(0.0, |sum: f64, term| sum * inverse + term) * inverse;
    x.ln() - 0.5 / x - series - shifted
}

/// The regularised incomplete beta function Iₓ(a, b) for a, b > 0 and x in 0 to 1: a continued fraction
/// (Abramowitz & Stegun 1964, 26.5.8) evaluated as by Lentz (1976).
pub(super) fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges quickly below the mean; above it, the other tail is taken.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta_below(b, a, 1.0 - x, (-x).ln_1p(), x.ln());
    }
    incomplete_beta_below(a, b, x, x.ln(), (-x).ln_1p())
}

fn incomplete_beta_below(a: f64, b: f64, x: f64, ln_x: f64, ln_rest: f64) -> f64 {
    const TINY: f64 = 1e-300;
    const STEPS: u32 = 10_000;
    let kept = |value: f64| if value.abs() < TINY { TINY } else { value };
    let front = a * ln_x + b * ln_rest + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
    let mut c = 1.0;
    let mut d = 1.0 / kept(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..=STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / kept(1.0 + term * d);
            c = kept(1.0 + term / c);
            change = c * d;
            fraction *= change;
        }
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    (front.exp() * fraction / a).clamp(0.0, 1.0)
}

/// Where `function`, rising or falling through zero between `low` and `high`, is zero; where it does not
/// pass zero, the end at which it is nearer to it.
///
/// Regula falsi as improved by Illinois (Dowell & Jarratt 1971), every third step a bisection, so that it
/// is quick on smooth functions and ends on all.
pub(super) fn root(low: f64, high: f64, function: impl Fn(f64) -> f64) -> f64 {
    const STEPS: usize = 300;
    let (mut low, mut high) = (low, high);
    let (mut at_low, mut at_high) = (function(low), function(high));
    if at_low == 0.0 {
        return low;
    }
    if at_low.signum() == at_high.signum() || at_high == 0.0 {
        return if at_low.abs() < at_high.abs() { low } else { high };
    }
    for step in 0..STEPS {
        let middle = low + (high - low) / 2.0;
        if high - low <= 4.0 * f64::EPSILON * low.abs().max(high.abs()) || middle <= low || middle >= high {
            break;
        }
        let secant = low - at_low * (high - low) / (at_high - at_low);
        let next = if step % 3 == 2 || !(low < secant && secant < high) { middle } else { secant };
        let value = function(next);
        if value == 0.0 {
            return next;
        }
        // The end that stays counts half, or it might stay for ever.
        if value.signum() == at_low.signum() {
            (low, at_low) = (next, value);
            at_high /= 2.0;
        } else {
            (high, at_high) = (next, value);
            at_low /= 2.0;
        }
    }
    low + (high - low) / 2.0
}
