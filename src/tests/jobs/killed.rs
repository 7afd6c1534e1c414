//! Two servers at the same jobs, one of which is killed again and again. What they do is seen by
//! triggers of the database: when a server began a job and from whom it took it, and when it ended.

use crate::app::soak;
use crate::database::Database;
use crate::process::instance::Instance;
use crate::process::server::Server;
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

/// How long it may take before it counts as never.
const DEADLINE: Duration = Duration::from_secs(300);

const SQLITE: &str = "
    CREATE TABLE seen (n INTEGER PRIMARY KEY AUTOINCREMENT, job_key TEXT, what TEXT, server BLOB, taken_from BLOB);
    CREATE TRIGGER begins AFTER UPDATE ON job
        WHEN NEW.locked_by IS NOT NULL AND NEW.last_started_at IS NOT OLD.last_started_at
        BEGIN INSERT INTO seen (job_key, what, server, taken_from)
            VALUES (NEW.job_key, 'begins', NEW.locked_by, OLD.locked_by); END;
    CREATE TRIGGER ends AFTER UPDATE ON job
        WHEN NEW.locked_by IS NULL AND OLD.locked_by IS NOT NULL
        BEGIN INSERT INTO seen (job_key, what, server) VALUES (NEW.job_key, 'ends', OLD.locked_by); END;";

const POSTGRES: &str = "
    CREATE TABLE seen (n BIGSERIAL PRIMARY KEY, job_key TEXT, what TEXT, server UUID, taken_from UUID);
    CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.locked_by IS NOT NULL AND NEW.last_started_at IS DISTINCT FROM OLD.last_started_at THEN
            INSERT INTO seen (job_key, what, server, taken_from)
                VALUES (NEW.job_key, 'begins', NEW.locked_by, OLD.locked_by);
        ELSIF NEW.locked_by IS NULL AND OLD.locked_by IS NOT NULL THEN
            INSERT INTO seen (job_key, what, server) VALUES (NEW.job_key, 'ends', OLD.locked_by);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER sees AFTER UPDATE ON job FOR EACH ROW EXECUTE FUNCTION see();";

const SERVERS: &str = "SELECT COUNT(DISTINCT server) FROM seen";
const LEFT: &str =
    "SELECT COUNT(*) FROM job WHERE job_key <> '' AND COALESCE(last_result, '') <> 'succeeded'";
const DONE: &str = "SELECT COUNT(*) FROM job WHERE job_key <> '' AND last_result = 'succeeded'";
const TAKEN: &str = "SELECT COUNT(*) FROM seen WHERE taken_from IS NOT NULL";
/// A job was taken from a server that was heard of afterwards: it lived, and may have been at it.
const TAKEN_FROM_THE_LIVING: &str = "SELECT COUNT(*) FROM seen taken
    INNER JOIN seen later ON later.server = taken.taken_from AND later.n > taken.n";
/// Of the jobs that were added, which have keys of their own: a run began although the one before it had neither ended nor been taken over.
const BEGUN_TWICE: &str = "SELECT COUNT(*) FROM seen run
    WHERE run.job_key <> '' AND run.what = 'begins' AND run.taken_from IS NULL AND 'begins' =
        (SELECT what FROM seen WHERE job_key = run.job_key AND n < run.n ORDER BY n DESC LIMIT 1)";

/// Adds jobs that are due, each with a key of its own.
async fn add(database: &Database, keys: std::ops::Range<usize>) {
    let rows: Vec<String> = keys
        .map(|key| format!("({}, 'sweep', '{key}', 1, 0, '')", database.id(Uuid::now_v7())))
        .collect();
    let columns = "id, kind, job_key, due_at, attempts, progress";
    let rows = rows.join(", ");
    database.raw(&format!("INSERT INTO job ({columns}) VALUES {rows}")).await;
}

#[tokio::test]
async fn each_job_is_done_and_none_by_two_servers_at_once_however_often_one_is_killed() {
    let instance = Instance::new().await;
    let database = &instance.database;
    let stays = Server::start(instance.command(), &instance.log);
    database.raw(if database.is_embedded() { SQLITE } else { POSTGRES }).await;
    let (kills, wanted) = (soak(2, 10), soak(100, 1_000));
    let mut made = 0;
    for killed in 1..=kills {
        let other = Server::start(instance.command(), &instance.log);
        // Until this one has begun a job as well.
        let both_work = async {
            while usize::try_from(database.scalar_i64(SERVERS).await).unwrap() <= killed {
                if database.scalar_i64(LEFT).await == 0 {
                    add(database, made..made + 20).await;
                    made += 20;
                }
            }
        };
        timeout(DEADLINE, both_work).await.expect("the other server does nothing");
        other.kill();
    }
    if made < wanted {
        add(database, made..wanted).await;
    }
    let all_done = async { while database.scalar_i64(LEFT).await > 0 {} };
    timeout(DEADLINE, all_done).await.expect("jobs are left");
    let done = usize::try_from(database.scalar_i64(DONE).await).unwrap();
    assert_eq!(done, made.max(wanted));
    assert_eq!(database.scalar_i64(TAKEN_FROM_THE_LIVING).await, 0);
    assert_eq!(database.scalar_i64(BEGUN_TWICE).await, 0);
    let taken = database.scalar_i64(TAKEN).await;
    assert!(stays.stop().success());
    eprintln!("{kills} kills: {done} jobs done, {taken} of them taken over from the dead");
}
