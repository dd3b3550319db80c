//! Programs run inside an instance by the tests.

use stead_core::ambient::Ambient;
use stead_core::driver::{Attach, Driver as _, ProcessIo, RunPlan};
use stead_core::frame::Frame;
use stead_core::instance::ExitStatus;
use stead_drivers::conformance::{Unwatched, shell};
use stead_drivers::frames::FrameReader;
use stead_drivers::oci::OciDriver;

pub(crate) async fn up(driver: &OciDriver, plan: &RunPlan) {
    driver.prepare(plan, &Unwatched).await.unwrap();
    driver.start(plan).await.unwrap();
}

/// What a line of shell prints (output and errors together), and how it ends.
pub(crate) async fn output(
    driver: &OciDriver,
    ambient: &Ambient,
    plan: &RunPlan,
    line: &str,
) -> (String, ExitStatus) {
    let spec = shell(ambient, &format!("exec 2>&1; {line}"), ProcessIo::Pipes);
    driver.spawn(plan.instance, &spec).await.unwrap();
    let attach = Attach { offset: Some(0), size: None, read_only: false };
    let mut reader = FrameReader::new(driver.attach(plan.instance, spec.id, attach).await.unwrap());
    let mut text = Vec::new();
    loop {
        let frame = reader.next().await.unwrap().unwrap();
        match frame.frame().unwrap() {
            Frame::Output { bytes, .. } => text.extend_from_slice(bytes),
            Frame::Exit { code, signal, out_of_memory } => {
                let signal = (signal != 0).then_some(signal);
                return (
                    String::from_utf8_lossy(&text).into_owned(),
                    ExitStatus { code, signal, out_of_memory },
                );
            }
            _ => {}
        }
    }
}
