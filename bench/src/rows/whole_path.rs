//! From the API call that creates an instance to the first output of a command in it, against `docker run`.

use std::time::{Duration, Instant};

use stead_api::client::Client;
use stead_api::v1::exec::Exec;
use stead_api::v1::instances::{CreateInstance, ResourcesInput};
use stead_testkit::binary::Stead;
use stead_testkit::wait;

use crate::peers::docker::Docker;
use crate::report::Row;
use crate::series::{Series, in_turn, milliseconds, ratio};

const ROUNDS: usize = 20;
const AT_ONCE: usize = 20;

async fn create_and_run(client: &Client, name: &str) -> Duration {
    // Small enough that all of them fit beside each other.
    let resources = ResourcesInput { cpu_millis: Some(500), ..ResourcesInput::default() };
    let create = CreateInstance {
        name: Some(name.to_owned()),
        resources: Some(resources),
        ..CreateInstance::default()
    };
    let began = Instant::now();
    let created = client
        .create_instance_and_wait(&create, &format!("bench-{name}"), "30s")
        .await
        .expect("it is created");
    let exec = Exec {
        command: vec!["/bin/echo".into(), "ok".into()],
        env: Default::default(),
        working_directory: None,
        input: None,
        timeout_seconds: None,
    };
    let result = client.exec(&created.instance.id, &exec).await.expect("the command runs");
    let took = began.elapsed();
    assert_eq!(result.stdout, "ok\n");
    took
}

async fn delete(stead: &Stead, names: &[String]) {
    let client = stead.client();
    for name in names {
        client.delete_instance(name).await.expect("it is deleted");
    }
    for name in names {
        wait::until("it is gone", || {
            let client = client.clone();
            async move {
                match client.instance(name).await {
                    Err(error) if error.code() == Some("instance_not_found") => Ok(()),
                    other => Err(format!("{other:?}").chars().take(200).collect::<String>()),
                }
            }
        })
        .await;
    }
}

pub(crate) async fn rows(stead: &Stead, docker: &Docker) -> Vec<Row> {
    // Made once: making one reads the host's certificates, which takes longer than a request.
    let client = stead.client();
    let mut names = Vec::new();
    let (ours, theirs) = in_turn(
        ROUNDS,
        2,
        |round| {
            let name = format!("bench-path-{round}");
            names.push(name.clone());
            let client = &client;
            async move { create_and_run(client, &name).await }
        },
        async |_| docker.run_first_byte(),
    )
    .await;
    delete(stead, &names).await;
    let names: Vec<String> = (0..AT_ONCE).map(|number| format!("bench-crowd-{number}")).collect();
    let crowd = Series::new(futures_join(names.iter().map(|name| create_and_run(&client, name))).await);
    delete(stead, &names).await;
    let spread = ratio(crowd.percentile(99), ours.median());
    vec![
        Row {
            what: "API call to first command output, one at a time, p50".into(),
            stead: milliseconds(ours.median()),
            peer: format!("`docker run` {}", milliseconds(theirs.median())),
            ratio: format!("{:.2}", ratio(ours.median(), theirs.median())),
            bar: "under 0.2",
            reached: ratio(ours.median(), theirs.median()) < 0.2,
            how: format!(
                "`POST /v1/instances?wait=30s` on the host's userland, then `POST …/exec` of `echo`, over HTTP on loopback; `docker run --rm` of the same `echo`; {} in turn.",
                ours.count()
            ),
        },
        Row {
            what: format!("the same, {AT_ONCE} at once, p99"),
            stead: milliseconds(crowd.percentile(99)),
            peer: format!("one at a time, p50 {}", milliseconds(ours.median())),
            ratio: format!("{spread:.1}"),
            bar: "under 6",
            reached: spread < 6.0,
            how: format!(
                "{AT_ONCE} creations begun together on two cores; p50 {}, of which the p99 is {:.1} times.",
                milliseconds(crowd.median()),
                crowd.percentile(99).as_secs_f64() / crowd.median().as_secs_f64()
            ),
        },
    ]
}

async fn futures_join<F: Future<Output = Duration>>(all: impl Iterator<Item = F>) -> Vec<Duration> {
    let mut pending: Vec<_> = all.map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(|context| {
        pending.retain_mut(|future| match future.as_mut().poll(context) {
            std::task::Poll::Ready(value) => {
                done.push(value);
                false
            }
            std::task::Poll::Pending => true,
        });
        if pending.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done
}
