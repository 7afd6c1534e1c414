//! A Drone and a Woodpecker server that sign for the repository 7 of one pipeline.

use crate::app::{App, Reply};
use crate::signing::{Woodpecker, drone, drone_body, woodpecker_body};
use crate::trust::{drone_rule, woodpecker_rule};
use uuid::Uuid;

/// What both servers sign with.
pub struct Servers {
    drone: String,
    woodpecker: Woodpecker,
}

impl Servers {
    /// Two servers whose word the pipeline takes from now on.
    pub async fn of(app: &App, pipeline: Uuid) -> Self {
        let drone = drone_rule(app, pipeline, "7").await;
        let woodpecker = Woodpecker::new();
        woodpecker_rule(app, pipeline, &woodpecker, "7").await;
        Self { drone, woodpecker }
    }

    /// Each asks at its door, which is named beside the answer.
    pub async fn ask(&self, app: &App) -> [(&'static str, Reply); 2] {
        let (to_drone, to_woodpecker) = ("/api/v1/drone/acme", "/api/v1/woodpecker/acme");
        let body = drone_body(7);
        let of_drone = app.nobody().signed(to_drone, &drone(&self.drone, &body), &body).await;
        let body = woodpecker_body(7);
        let lines = self.woodpecker.sign(to_woodpecker, &body);
        let of_woodpecker = app.nobody().signed(to_woodpecker, &lines, &body).await;
        [(to_drone, of_drone), (to_woodpecker, of_woodpecker)]
    }
}
