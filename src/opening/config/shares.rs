//! What one pipeline may take of the server, and how long receipts are kept.

use crate::vault::{Rate, Rates};

/// A pipeline, and a project, may ask so often at once as ten seconds allow.
const BURST: u32 = 10;

/// The settings of shares and retention.
#[derive(Clone, Debug, clap::Args)]
pub struct SharesConfig {
    /// Requests that one pipeline may send in a second; 0 for no limit
    #[arg(
        long,
        env = "REGCRED_PIPELINE_RATE",
        default_value_t = 50,
        value_parser = clap::value_parser!(u32).range(0..=100_000),
        value_name = "NUMBER"
    )]
    pub pipeline_rate: u32,

    /// Requests that one pipeline may send at once after a pause [default: ten times the rate]
    #[arg(
        long,
        env = "REGCRED_PIPELINE_BURST",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000),
        value_name = "NUMBER"
    )]
    pub pipeline_burst: Option<u32>,

    /// Requests that all pipelines of one project may send in a second; 0 for no limit
    #[arg(
        long,
        env = "REGCRED_PROJECT_RATE",
        default_value_t = 200,
        value_parser = clap::value_parser!(u32).range(0..=100_000),
        value_name = "NUMBER"
    )]
    pub project_rate: u32,

    /// Requests that all pipelines of one project may send at once after a pause [default: ten times
    /// the rate]
    #[arg(
        long,
        env = "REGCRED_PROJECT_BURST",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000),
        value_name = "NUMBER"
    )]
    pub project_burst: Option<u32>,

    #[command(flatten)]
    pub kept: RetentionConfig,
}

/// How long receipts are kept.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct RetentionConfig {
    /// Days after which receipts are removed, at least 90 [default: they are kept]
    #[arg(
        long,
        env = "REGCRED_RETENTION",
        value_parser = clap::value_parser!(u32).range(90..=36_500),
        value_name = "DAYS"
    )]
    pub retention: Option<u32>,
}

impl SharesConfig {
    pub fn rates(&self) -> Rates {
        Rates {
            pipeline: rate(self.pipeline_rate, self.pipeline_burst),
            project: rate(self.project_rate, self.project_burst),
        }
    }
}

fn rate(per_second: u32, burst: Option<u32>) -> Option<Rate> {
    let burst = burst.unwrap_or(per_second.saturating_mul(BURST));
    (per_second > 0).then_some(Rate { per_second, burst })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_ten_seconds_of_the_rate_unless_it_is_said_and_0_is_no_limit() {
        assert_eq!(rate(50, None), Some(Rate { per_second: 50, burst: 500 }));
        assert_eq!(rate(50, Some(60)), Some(Rate { per_second: 50, burst: 60 }));
        assert_eq!(rate(0, Some(60)), None);
    }
}
