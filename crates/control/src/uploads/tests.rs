//! Uploads on a real disk and real databases.

use std::time::Duration;

use bytes::Bytes;
use futures::stream;
use stead_core::ambient::Ambient;

use super::*;
use crate::instances::tests::world::World;

fn chunks(parts: &[&'static str]) -> impl Stream<Item = Result<Bytes, io::Error>> + Send + use<> {
    stream::iter(parts.iter().map(|part| Ok(Bytes::from_static(part.as_bytes()))).collect::<Vec<_>>())
}

fn files(uploads: &Uploads) -> usize {
    std::fs::read_dir(&uploads.inner.folder).unwrap().count()
}

async fn files_are_kept_with_size_and_digest_and_read_back(db: Db) {
    let world = World::on(db).await;
    let upload = world.uploads.create(&world.ada, chunks(&["ab", "c"])).await.unwrap();
    assert_eq!(upload.size_bytes, 3);
    assert_eq!(upload.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    let content = world.uploads.read(upload.id.parse().unwrap()).await.unwrap();
    let read: Vec<Bytes> = content.map(|chunk| chunk.unwrap()).collect().await;
    assert_eq!(read.concat(), b"abc");
    world.close().await;
}

async fn what_is_too_long_empty_or_broken_off_leaves_nothing(db: Db) {
    let world = World::on(db).await;
    let uploads = world.uploads.clone().with_max_length(4);
    let error = uploads.create(&world.ada, chunks(&["abc", "def"])).await.unwrap_err();
    assert_eq!(error.code(), "upload_too_large");
    assert_eq!(uploads.create(&world.ada, chunks(&[])).await.unwrap_err().code(), "upload_empty");
    let broken = stream::iter([Ok(Bytes::from_static(b"a")), Err(io::Error::other("reset"))]);
    assert_eq!(uploads.create(&world.ada, broken).await.unwrap_err().code(), "upload_interrupted");
    assert_eq!(files(&uploads), 0);
    world.close().await;
}

async fn unused_ones_expire_and_used_ones_stay(db: Db) {
    let (ambient, clock) = Ambient::manual(Ambient::system().now(), 7);
    let world = World::on(db.with_ambient(ambient.clone())).await;
    let uploads = &world.uploads;
    let unused = uploads.create(&world.ada, chunks(&["a"])).await.unwrap();
    let used: UploadId = uploads.create(&world.ada, chunks(&["b"])).await.unwrap().id.parse().unwrap();
    let instance = ambient.new_id();
    world
        .ada
        .transaction(|tx| async move { stead_db::uploads::set_used_by(&tx, used, Some(instance)).await })
        .await
        .unwrap();
    std::fs::write(
        uploads.inner.folder.join(format!("{}.partial", ambient.new_id::<UploadId>())),
        "left over",
    )
    .unwrap();
    assert_eq!(uploads.clean().await.unwrap(), Cleaned::default());
    clock.advance(LIFETIME + Duration::from_secs(1));
    assert_eq!(uploads.clean().await.unwrap(), Cleaned { expired: 1, orphans: 1 });
    assert!(uploads.read(unused.id.parse().unwrap()).await.is_err());
    assert!(uploads.read(used).await.is_ok());
    uploads.discard(used).await.unwrap();
    assert_eq!(files(uploads), 0);
    world.close().await;
}

stead_db::both_databases!(
    files_are_kept_with_size_and_digest_and_read_back,
    what_is_too_long_empty_or_broken_off_leaves_nothing,
    unused_ones_expire_and_used_ones_stay,
);
