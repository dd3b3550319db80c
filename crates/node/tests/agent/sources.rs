//! Sources: real git, real repositories.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use stead_core::ids::UploadId;
use stead_core::instance::{GitSource, InstanceDocument, ObservedState, Source, Wanted};

use super::{Transport, World, eventually, git};

fn repository(folder: &Path) -> String {
    std::fs::create_dir_all(folder).unwrap();
    git(folder, &["init", "-q"]);
    std::fs::write(folder.join("phazeai.yaml"), "tasks: []\n").unwrap();
    std::fs::write(folder.join("README"), "hello\n").unwrap();
    git(folder, &["add", "."]);
    git(folder, &["commit", "-q", "-m", "first"]);
    git(folder, &["tag", "v1"]);
    git(folder, &["checkout", "-q", "-b", "work"]);
    std::fs::write(folder.join("README"), "work\n").unwrap();
    git(folder, &["commit", "-q", "-a", "-m", "second"]);
    git(folder, &["checkout", "-q", "main"]);
    git(folder, &["rev-parse", "HEAD"])
}

fn from_git(world: &World, url: &str, revision: Option<&str>) -> InstanceDocument {
    let mut document = world.document(Wanted::Fetched);
    let revision = revision.map(str::to_owned);
    document.spec.source = Some(Source::Git(GitSource { url: url.to_owned(), revision }));
    document
}

#[tokio::test]
async fn a_repository_is_cloned_reported_and_its_sandbox_goes_on_as_the_run() {
    let mut world = World::new(Transport::Pipe).await;
    let origin = world.folder.path().join("origin");
    let commit = repository(&origin);
    let mut document = from_git(&world, &format!("file://{}", origin.display()), None);
    world.client.put_document(&document).await.unwrap();
    let report = world.until_state(&document, ObservedState::Prepared).await;
    let source = report.source.unwrap();
    assert_eq!((source.commit.as_str(), source.branch.as_deref()), (commit.as_str(), Some("main")));
    assert_eq!(source.workspace_config.as_deref(), Some("tasks: []\n"));
    let workspace = world.driver.workspace(document.instance);
    assert_eq!(git(&workspace, &["status", "--porcelain"]), "");
    assert!(!workspace.join(".stead-fetch").exists());
    assert!(world.driver.console_text(document.instance).contains("Receiving objects"));

    world.want(&mut document, Wanted::Running { run: 1 }).await;
    let report = world.until_state(&document, ObservedState::Running).await;
    assert_eq!((report.run, report.source.is_some()), (1, true));
    assert_eq!(world.driver.plans(document.instance).len(), 1, "one sandbox for both");
    world.restart().await;
    assert_eq!(world.until_state(&document, ObservedState::Running).await.run, 1);
    world.want(&mut document, Wanted::Running { run: 2 }).await;
    assert_eq!(world.until_state(&document, ObservedState::Running).await.run, 2);
    assert_eq!(world.driver.plans(document.instance).len(), 2);
}

#[tokio::test]
async fn branches_tags_and_commits_are_found_and_others_are_named() {
    let mut world = World::new(Transport::Pipe).await;
    let origin = world.folder.path().join("origin");
    let commit = repository(&origin);
    let url = format!("file://{}", origin.display());
    for (revision, content, branch) in
        [("work", "work\n", Some("work")), ("v1", "hello\n", None), (&commit[..12], "hello\n", None)]
    {
        let document = from_git(&world, &url, Some(revision));
        world.client.put_document(&document).await.unwrap();
        let report = world.until_state(&document, ObservedState::Prepared).await;
        assert_eq!(report.source.unwrap().branch.as_deref(), branch);
        let readme = world.driver.workspace(document.instance).join("README");
        assert_eq!(std::fs::read_to_string(readme).unwrap(), content);
    }
    let missing = format!("file://{}/nowhere", world.folder.path().display());
    for (url, revision, code) in [
        (url.as_str(), "nope", "git_revision_not_found"),
        (missing.as_str(), "main", "git_repository_not_found"),
        (url.as_str(), "--exec", "invalid_source"),
    ] {
        let document = from_git(&world, url, Some(revision));
        world.client.put_document(&document).await.unwrap();
        let problem = world.until_state(&document, ObservedState::Failed).await.problem.unwrap();
        assert_eq!(problem.code, code, "{problem:?}");
        assert!(problem.next_step.is_some());
    }
}

#[tokio::test]
async fn content_that_is_there_is_kept() {
    let mut world = World::new(Transport::Pipe).await;
    let origin = world.folder.path().join("origin");
    repository(&origin);
    let mut document = from_git(&world, &format!("file://{}", origin.display()), None);
    let workspace = world.driver.workspace(document.instance);
    std::fs::create_dir_all(&workspace).unwrap();
    std::fs::write(workspace.join("precious"), "work").unwrap();
    document.wanted = Wanted::Running { run: 1 };
    world.client.put_document(&document).await.unwrap();
    world.until_state(&document, ObservedState::Running).await;
    assert_eq!(std::fs::read_to_string(workspace.join("precious")).unwrap(), "work");
    assert!(!workspace.join("README").exists());
}

#[tokio::test]
async fn an_uploaded_bundle_becomes_the_workspace() {
    let mut world = World::new(Transport::Tls).await;
    let origin = world.folder.path().join("origin");
    repository(&origin);
    git(&origin, &["bundle", "create", "-q", "../bundle", "--all", "HEAD"]);
    let bundle = std::fs::read(world.folder.path().join("bundle")).unwrap();
    let upload: UploadId = world.ambient.new_id();
    let chunks: Vec<std::io::Result<Bytes>> =
        bundle.chunks(1_000).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
    world.client.put_upload(upload, futures::stream::iter(chunks)).await.unwrap();
    let mut document = world.document(Wanted::Fetched);
    let address = "https://git.example/shop.git".to_owned();
    document.spec.source =
        Some(Source::Bundle { upload, origin: Some(address.clone()), branch: Some("work".to_owned()) });
    world.client.put_document(&document).await.unwrap();
    let report = world.until_state(&document, ObservedState::Prepared).await;
    assert_eq!(report.source.unwrap().branch.as_deref(), Some("work"));
    let workspace = world.driver.workspace(document.instance);
    assert_eq!(git(&workspace, &["remote", "get-url", "origin"]), address);
    assert_eq!(git(&workspace, &["status", "--porcelain"]), "");
    let kept = world.folder.path().join("node/uploads").join(upload.to_string());
    eventually("the upload is used up", || !kept.exists()).await;

    let mut lost = world.document(Wanted::Fetched);
    lost.spec.source = Some(Source::Bundle { upload, origin: None, branch: None });
    world.client.put_document(&lost).await.unwrap();
    let problem = world.until_state(&lost, ObservedState::Failed).await.problem.unwrap();
    assert_eq!(problem.code, "upload_missing");
}

#[tokio::test]
async fn a_clone_outlives_the_agent_and_ends_at_once_when_deleted() {
    let mut world = World::new(Transport::Pipe).await;
    // A git host that accepts and says nothing.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("git://{}/shop", silent.local_addr().unwrap());
    let mut document = from_git(&world, &url, None);
    world.client.put_document(&document).await.unwrap();
    let first = silent.accept().await.unwrap();
    world.restart().await;
    world.until_state(&document, ObservedState::Preparing).await;
    let again = tokio::time::timeout(Duration::from_millis(300), silent.accept()).await;
    assert!(again.is_err(), "the clone that runs is waited for");
    world.want(&mut document, Wanted::Absent).await;
    world.until_gone(document.instance).await;
    let mut rest = Vec::new();
    let (mut stream, _) = first;
    let ended = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest);
    tokio::time::timeout(Duration::from_secs(10), ended).await.expect("git is gone").unwrap();
}
