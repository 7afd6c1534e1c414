//! What the guarded client says, in the words of shipping.

use crate::domain::shipping::ShipProblem;
use crate::outbound::OutboundProblem;

pub(super) fn of(problem: OutboundProblem) -> ShipProblem {
    match problem {
        OutboundProblem::BadUrl => ShipProblem::Address,
        OutboundProblem::Forbidden(_) => ShipProblem::Forbidden,
        OutboundProblem::Unresolved => ShipProblem::Unresolved,
        OutboundProblem::Unreachable => ShipProblem::Unreachable,
        OutboundProblem::TimedOut => ShipProblem::TimedOut,
        OutboundProblem::TooLarge => ShipProblem::Answer,
        OutboundProblem::Tls | OutboundProblem::BadRoots => ShipProblem::Tls,
        OutboundProblem::Redirected => ShipProblem::Redirected,
    }
}
