//! Wrong input gets a clear error with the next step, and nothing is lost.

use stead_api::client::ClientError;
use stead_api::v1::instances::{CreateInstance, CreateSource, Phase, ResourcesInput};
use stead_testkit::repository::Repository;

use crate::inside::output;
use crate::{stead, stead_with};

fn text(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_workspace_configuration_is_told_by_line_and_can_be_mended() {
    let stead = stead();
    let repository =
        Repository::with(&[("phazeai.yaml", "resources:\n  memroy: 4GiB\n  cpu: lots\nports: [eighty]\n")]);
    let path = repository.path().to_str().expect("a path");
    let opened = stead.cli(&["open", path, "--name", "mendable"]);
    let said = text(&opened);
    assert_eq!(opened.status.code(), Some(8), "{said}");
    assert!(said.contains("line 2") && said.contains("memory"), "{said}");
    assert!(said.contains("line 3") && said.contains("line 4"), "{said}");
    let checked = stead.cli(&["validate", repository.path().join("phazeai.yaml").to_str().expect("a path")]);
    assert_eq!(checked.status.code(), Some(2));
    let failed = stead.until_phase("mendable", Phase::Failed).await;
    assert!(failed.problem.expect("a problem").next_step.is_some());
    assert!(stead.cli(&["delete", "--yes", "mendable"]).status.success());
    repository.commit(&[("phazeai.yaml", "resources: { cpu: 1 }\n")]);
    let opened = stead.cli(&["open", path, "--name", "mendable"]);
    assert!(opened.status.success(), "{}", text(&opened));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_startup_task_leaves_a_running_instance_that_says_so() {
    let stead = stead();
    let repository = Repository::with(&[(
        "phazeai.yaml",
        "tasks:\n  - name: build\n    command: echo trying; test -e /workspace/fixed\n",
    )]);
    let opened = stead.cli(&["open", repository.path().to_str().expect("a path"), "--name", "broken"]);
    let said = text(&opened);
    assert!(said.contains("build"), "{said}");
    stead.until_phase("broken", Phase::Unhealthy).await;
    assert!(stead.client().console_text("broken", None).await.expect("a console").contains("trying"));
    output(&stead.client(), "broken", "touch /workspace/fixed").await;
    assert!(stead.cli(&["restart", "broken"]).status.success());
    stead.until_phase("broken", Phase::Running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_fetched_says_why_and_can_be_deleted() {
    let stead = stead_with(&["--insecure-registry", "127.0.0.1:1"]);
    let client = stead.client();
    let git = |url: &str| CreateInstance {
        name: Some("away".into()),
        source: Some(CreateSource::Git { url: url.into(), revision: None }),
        ..CreateInstance::default()
    };
    let image = |image: &str| CreateInstance {
        name: Some("away".into()),
        image: Some(image.into()),
        ..CreateInstance::default()
    };
    for (number, (create, codes)) in [
        (git("https://192.0.2.1/nothing.git"), &["git_unreachable"][..]),
        (git("http://127.0.0.1:1/nothing.git"), &["git_unreachable"]),
        (image("127.0.0.1:1/nothing:latest"), &["image_registry_unreachable"]),
        // The host's own network is none of an instance's business.
        (image("127.0.0.1:2/nothing:latest"), &["image_registry_private"]),
        (image("archive:nothing.tar"), &["image_not_found"]),
    ]
    .into_iter()
    .enumerate()
    {
        let created = client
            .create_instance_and_wait(&create, &format!("away-{number}"), "110s")
            .await
            .expect("accepted");
        let failed = stead.until_phase("away", Phase::Failed).await;
        let problem = failed
            .problem
            .unwrap_or_else(|| panic!("{create:?} failed without a word: {:?}", created.operation));
        assert!(codes.contains(&problem.code.as_str()), "{create:?}: {problem:?}");
        assert!(problem.next_step.is_some(), "{problem:?}");
        assert!(stead.cli(&["delete", "--yes", "away"]).status.success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_requests_are_refused_with_a_reason() {
    let stead = stead();
    let client = stead.client();
    stead.instance("taken").await;
    let refused = |create: CreateInstance, key: &'static str| {
        let client = client.clone();
        async move {
            match client.create_instance(&create, key).await {
                Err(ClientError::Refused(problem)) => *problem,
                other => panic!("{create:?} was not refused: {other:?}"),
            }
        }
    };
    let taken =
        refused(CreateInstance { name: Some("taken".into()), ..CreateInstance::default() }, "taken").await;
    assert_eq!((taken.status, taken.code.as_str()), (409, "name_taken"));
    assert!(taken.next_step.is_some());
    let name =
        refused(CreateInstance { name: Some("Not A Name!".into()), ..CreateInstance::default() }, "name")
            .await;
    assert!(matches!(name.status, 400 | 422), "{name:?}");
    let source = CreateSource::Git { url: "https://ada:hunter2@example.org/x.git".into(), revision: None };
    let password =
        refused(CreateInstance { source: Some(source), ..CreateInstance::default() }, "password").await;
    assert!(!format!("{password:?}").contains("hunter2"), "{password:?}");
    let huge = ResourcesInput { memory_bytes: Some(1 << 50), ..ResourcesInput::default() };
    let huge = refused(CreateInstance { resources: Some(huge), ..CreateInstance::default() }, "huge").await;
    assert!((400..500).contains(&huge.status), "{huge:?}");
    let missing = client.instance("nobody").await.expect_err("it is not there");
    assert_eq!(missing.code(), Some("instance_not_found"));
}
