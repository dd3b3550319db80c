//! Repositories from a git host: cloned, pushed to, private, missing, too large, mended.

use stead_api::v1::instances::{CreateInstance, CreateSource, Phase, ResourcesInput};
use stead_testkit::binary::Stead;
use stead_testkit::git_host::{GitHost, PASSWORD, USER};
use stead_testkit::repository::{Repository, git};

use crate::inside::output;
use crate::stead_with;

fn opened(stead: &Stead, arguments: &[&str]) -> (i32, String) {
    let output = stead.cli(arguments);
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap_or(-1), text)
}

/// Opens what cannot be opened, gives the problem's code and deletes it.
async fn problem_of(stead: &Stead, url: &str, revision: Option<&str>, disk: Option<u64>) -> String {
    let source = CreateSource::Git { url: url.to_owned(), revision: revision.map(str::to_owned) };
    let resources = disk.map(|disk| ResourcesInput { disk_bytes: Some(disk), ..ResourcesInput::default() });
    let create = CreateInstance {
        name: Some("never".into()),
        source: Some(source),
        resources,
        ..CreateInstance::default()
    };
    let key = format!("{url} {revision:?} {disk:?}");
    stead.client().create_instance_and_wait(&create, &key, "60s").await.expect("accepted");
    let failed = stead.until_phase("never", Phase::Failed).await;
    let problem = failed.problem.expect("a problem");
    assert!(problem.next_step.is_some(), "{problem:?}");
    assert!(stead.cli(&["delete", "--yes", "never"]).status.success());
    problem.code
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_is_cloned_changed_inside_and_pushed_back() {
    let host = GitHost::start(1);
    let repository = Repository::with(&[("README.md", "hello\n")]);
    git(repository.path(), &["tag", "v1"]);
    git(repository.path(), &["checkout", "--quiet", "-b", "next"]);
    repository.commit(&[("NEXT", "soon\n")]);
    git(repository.path(), &["checkout", "--quiet", "main"]);
    let url = host.publish("shop.git", &repository);
    let stead = stead_with(&["--allow-private-networks"]);
    let client = stead.client();
    let (code, said) = opened(&stead, &["open", &url, "--name", "shop"]);
    assert_eq!(code, 0, "{said}");
    let push = "cat README.md && git remote get-url origin && echo more >> README.md && git -c user.name=A -c user.email=a@b commit -qam More && git push -q && git status -sb";
    let said = output(&client, "shop", push).await;
    assert_eq!(said, format!("hello\n{url}\n## main...origin/main\n"));
    assert_eq!(git(&host.folder("shop.git"), &["show", "main:README.md"]), "hello\nmore");
    // With the user's own credentials from a private repository too.
    let private = host.publish("private/shop.git", &repository);
    let own = private.replace("http://", &format!("http://{USER}:{PASSWORD}@"));
    output(&client, "shop", &format!("git push -q {own} HEAD:main")).await;
    assert_eq!(git(&host.folder("private/shop.git"), &["show", "main:README.md"]), "hello\nmore");

    for (revision, file) in [("next", "NEXT"), ("v1", "README.md")] {
        let (code, said) = opened(&stead, &["open", &url, "--name", revision, "--revision", revision]);
        assert_eq!(code, 0, "{said}");
        output(&client, revision, &format!("test -e {file}")).await;
    }

    assert_eq!(problem_of(&stead, &private, None, None).await, "git_auth_required");
    assert_eq!(problem_of(&stead, &url, Some("nowhere"), None).await, "git_revision_not_found");
    assert_eq!(problem_of(&stead, &host.url("nothing.git"), None, None).await, "git_repository_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_larger_than_the_volume_says_that_the_disk_is_full() {
    let host = GitHost::start(2);
    let repository = Repository::with(&[("README.md", "hello\n")]);
    // Random bytes do not compress.
    let mut bytes = vec![0_u8; 60 << 20];
    std::io::Read::read_exact(&mut std::fs::File::open("/dev/urandom").expect("randomness"), &mut bytes)
        .expect("random bytes");
    std::fs::write(repository.path().join("large"), bytes).expect("a file");
    repository.commit(&[]);
    let url = host.publish("large.git", &repository);
    let stead = stead_with(&["--allow-private-networks"]);
    assert_eq!(problem_of(&stead, &url, None, Some(100 << 20)).await, "disk_full");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_mended_upstream_is_fetched_by_the_next_start() {
    let host = GitHost::start(3);
    let repository = Repository::with(&[("phazeai.yaml", "env: { GREETING: [no] }\n")]);
    let url = host.publish("shop.git", &repository);
    let stead = stead_with(&["--allow-private-networks"]);
    let (code, said) = opened(&stead, &["open", &url, "--name", "shop"]);
    assert_eq!(code, 8, "{said}");
    stead.until_phase("shop", Phase::Failed).await;
    // Not mended yet: the same error, not a start with the defaults.
    let (code, said) = opened(&stead, &["start", "shop"]);
    assert_eq!(code, 8, "{said}");
    assert!(said.contains("phazeai.yaml"), "{said}");
    repository.commit(&[("phazeai.yaml", "env: { GREETING: salut }\n")]);
    host.push("shop.git", &repository);
    let (code, said) = opened(&stead, &["start", "shop"]);
    assert_eq!(code, 0, "{said}");
    let client = stead.client();
    assert_eq!(
        output(&client, "shop", "echo $GREETING; git status -sb").await,
        "salut\n## main...origin/main\n"
    );
    assert_eq!(client.instance("shop").await.expect("it is there").state.phase, Phase::Running);
}
