//! Limits, isolation, network and recovery of real instances. Needs root.

#![expect(clippy::unwrap_used, reason = "the helpers of tests stop a test as the tests themselves do")]

mod inside;
mod machine;

use inside::{output, up};
use machine::{example, ip, on_machine};
use stead_core::driver::{Driver as _, Observation, RunPlan};
use stead_core::instance::Resources;
use stead_drivers::conformance::{plan, until_observed};
use stead_shim::protocol::State;

#[test]
fn limits_bite() {
    on_machine(async |machine| {
        let driver = machine.open().await;
        let capabilities = driver.capabilities();
        let mut plan = plan(&machine.ambient);
        plan.resources =
            Resources { cpu_millis: 1_000, memory_bytes: 128 << 20, disk_bytes: 64 << 20, pids: 32 };
        up(&driver, &plan).await;
        if capabilities.limits {
            let (text, _) =
                output(&driver, &machine.ambient, &plan, "for i in $(seq 60); do sleep 30 & done; echo end")
                    .await;
            assert!(text.contains("fork"), "{text}");
            driver.stop(plan.instance, std::time::Duration::ZERO).await.unwrap();
            plan.run += 1;
            driver.start(&plan).await.unwrap();
            let (text, exit) = output(
                &driver,
                &machine.ambient,
                &plan,
                "exec python3 -c \"x = bytearray(400 << 20); print('had it')\"",
            )
            .await;
            assert!(exit.out_of_memory && exit.signal == Some(9), "{text} {exit:?}");
        }
        if capabilities.disk_quota {
            let (text, exit) =
                output(&driver, &machine.ambient, &plan, "dd if=/dev/zero of=/workspace/big bs=1M count=100")
                    .await;
            assert!(exit.code != 0 && text.contains("No space left"), "{text}");
            assert!(driver.usage(plan.instance).await.unwrap().disk_bytes > 16 << 20);
            // More room comes with the next start, and nothing is lost.
            driver.stop(plan.instance, std::time::Duration::ZERO).await.unwrap();
            plan.run += 1;
            plan.resources.disk_bytes = 256 << 20;
            driver.start(&plan).await.unwrap();
            let line = "wc -c < /workspace/big; dd if=/dev/zero of=/workspace/more bs=1M count=100";
            let (text, exit) = output(&driver, &machine.ambient, &plan, line).await;
            let before: u64 = text.lines().next().unwrap().trim().parse().unwrap();
            assert!(exit.code == 0 && before > 16 << 20, "{text}");
        }
    });
}

#[test]
fn instances_see_nothing_of_each_other_or_the_host() {
    on_machine(async |machine| {
        let driver = machine.open().await;
        let (one, two) = (plan(&machine.ambient), plan(&machine.ambient));
        up(&driver, &one).await;
        up(&driver, &two).await;
        let ask =
            async |plan: &RunPlan, line: &'static str| output(&driver, &machine.ambient, plan, line).await;
        // Files.
        ask(&one, "echo secret > /workspace/mine; echo secret > /tmp/mine").await;
        let (text, _) =
            ask(&two, "cat /workspace/mine /tmp/mine; ls -a /root /var/lib/stead; cat /etc/shadow").await;
        assert!(!text.contains("secret\n"), "{text}");
        // Processes.
        let hidden = stead_drivers::conformance::shell(
            &machine.ambient,
            "sleep 54321",
            stead_core::driver::ProcessIo::Pipes,
        );
        driver.spawn(one.instance, &hidden).await.unwrap();
        let (text, _) = ask(&two, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '").await;
        assert!(!text.contains("54321") && !text.contains("stead-shim"), "{text}");
        if !driver.capabilities().outbound_network {
            return;
        }
        // Network: a server on all addresses of one cannot be reached from two, nor the host through the gateway.
        let (address, _) =
            ask(&one, "ip -4 -o addr show eth0 | tr -s ' ' | cut -d' ' -f4 | cut -d/ -f1").await;
        let address = address.trim().to_owned();
        assert!(address.parse::<std::net::Ipv4Addr>().is_ok(), "{address}");
        let argv = ["python3", "-m", "http.server", "8000"].map(str::to_owned).to_vec();
        let server = stead_drivers::conformance::process(
            &machine.ambient,
            argv,
            stead_core::driver::ProcessIo::Console,
        );
        driver.spawn(one.instance, &server).await.unwrap();
        let mut tries = 0;
        while driver.dial(one.instance, 8_000).await.is_err() {
            tries += 1;
            assert!(tries < 200, "the server never listens");
            let _early =
                tokio::time::timeout(std::time::Duration::from_millis(50), driver.changed(one.instance))
                    .await;
        }
        let host = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
        let port = host.local_addr().unwrap().port();
        let connects = |address: &str, port: u16| {
            format!(
                "python3 -c \"import socket; socket.create_connection(('{address}', {port}), 2); print('connected')\""
            )
        };
        let (text, _) = output(&driver, &machine.ambient, &two, &connects(&address, 8_000)).await;
        assert!(!text.contains("connected"), "{text}");
        let (gateway, _) = ask(&two, "ip route show default | cut -d' ' -f3").await;
        let (text, _) = output(&driver, &machine.ambient, &two, &connects(gateway.trim(), port)).await;
        assert!(!text.contains("connected"), "{text}");
    });
}

/// Another network namespace that plays the internet: 203.0.113.1 is public, 192.168.77.1 private.
struct Internet(std::process::Child);

impl Internet {
    fn make() -> Self {
        let mut child = std::process::Command::new("unshare")
            .args(["-n", "sh", "-c", "echo ready; read line; ip link set lo up; ip addr add 203.0.113.1/24 dev outside; \
                   ip addr add 192.168.77.1/24 dev outside; ip link set outside up; exec python3 -m http.server 80 > /dev/null"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line)
            .unwrap();
        ip(&format!("link add uplink type veth peer name outside netns {}", child.id()));
        ip("addr add 203.0.113.2/24 dev uplink");
        ip("addr add 192.168.77.2/24 dev uplink");
        ip("link set uplink up");
        ip("route add default via 203.0.113.1");
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), b"go\n").unwrap();
        Self(child)
    }
}

impl Drop for Internet {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _ended = self.0.wait();
    }
}

fn internet_test(firewall: &'static [&'static str]) {
    on_machine(async move |machine| {
        for rule in firewall {
            let added = std::process::Command::new("iptables").args(rule.split(' ')).status();
            if !added.is_ok_and(|status| status.success()) {
                return;
            }
        }
        let driver = machine.open().await;
        if !driver.capabilities().outbound_network {
            return;
        }
        let _internet = Internet::make();
        let plan = plan(&machine.ambient);
        up(&driver, &plan).await;
        let fetch = |address: &str| {
            format!(
                "python3 -c \"import urllib.request as u; print(u.urlopen('http://{address}/', timeout=3).status)\""
            )
        };
        let mut seen = String::new();
        for _ in 0..40 {
            seen = output(&driver, &machine.ambient, &plan, &fetch("203.0.113.1")).await.0;
            if seen.contains("200") {
                break;
            }
        }
        assert!(seen.contains("200"), "{seen}");
        let (text, _) = output(&driver, &machine.ambient, &plan, &fetch("192.168.77.1")).await;
        assert!(!text.contains("200"), "{text}");
        let (text, _) = output(&driver, &machine.ambient, &plan, &fetch("169.254.169.254")).await;
        assert!(!text.contains("200"), "{text}");
    });
}

#[test]
fn the_internet_is_reached_and_private_networks_are_not() {
    internet_test(&[]);
}

#[test]
fn the_firewall_rules_of_docker_do_not_cut_instances_off() {
    internet_test(&[
        "-w -P FORWARD DROP",
        "-w -N DOCKER-USER",
        "-w -A DOCKER-USER -j RETURN",
        "-w -A FORWARD -j DOCKER-USER",
    ]);
}

#[test]
fn other_firewalls_that_drop_do_not_cut_instances_off() {
    internet_test(&["-w -P FORWARD DROP"]);
}

#[test]
fn a_killed_shim_is_cleaned_up_after() {
    on_machine(async |machine| {
        let driver = machine.open().await;
        let plan = plan(&machine.ambient);
        up(&driver, &plan).await;
        output(&driver, &machine.ambient, &plan, "echo kept > /workspace/file").await;
        let run_directory = machine.settings.directory.join("run").join(plan.instance.to_string());
        let state = State::read(&run_directory).unwrap().unwrap();
        let pid = rustix::process::Pid::from_raw(state.shim.pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        let seen =
            until_observed(&*driver, plan.instance, |seen| matches!(seen, Observation::Stopped { .. })).await;
        assert_eq!(seen.unwrap(), Observation::Stopped { run: 1, exit: None });
        assert!(!state.init.is_some_and(|init| init.is_alive()));
        let next = RunPlan { run: 2, ..plan.clone() };
        driver.start(&next).await.unwrap();
        assert_eq!(output(&driver, &machine.ambient, &next, "cat /workspace/file").await.0, "kept\n");
        // Killed once more, then deleted at once.
        let state = State::read(&run_directory).unwrap().unwrap();
        let pid = rustix::process::Pid::from_raw(state.shim.pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        driver.delete(plan.instance).await.unwrap();
        assert!(driver.inventory().await.unwrap().is_empty());
        assert!(!state.init.is_some_and(|init| init.is_alive()));
    });
}

#[test]
fn toolchains_of_the_operator_are_shown_inside() {
    on_machine(async |machine| {
        let mut settings = machine.settings.clone();
        settings.detect_toolchains = true;
        let driver = stead_drivers::oci::OciDriver::open(settings, machine.ambient.clone()).await.unwrap();
        let plan = plan(&machine.ambient);
        up(&driver, &plan).await;
        let (text, exit) =
            output(&driver, &machine.ambient, &plan, "cargo --version && rustc --version").await;
        assert!(exit.code == 0 && text.contains("cargo 1."), "{text}");
    });
}

#[test]
fn a_killed_agent_leaves_its_instances_running() {
    on_machine(async |machine| {
        let plan = plan(&machine.ambient);
        let mut agent = std::process::Command::new(example("agent"))
            .args([machine.settings.directory.as_os_str(), machine.settings.spawner.program.as_os_str()])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let json = serde_json::to_string(&plan).unwrap();
        std::io::Write::write_all(agent.stdin.as_mut().unwrap(), format!("{json}\n").as_bytes()).unwrap();
        let mut line = String::new();
        let mut lines = std::io::BufReader::new(agent.stdout.take().unwrap());
        tokio::task::block_in_place(|| std::io::BufRead::read_line(&mut lines, &mut line)).unwrap();
        agent.kill().unwrap();
        agent.wait().unwrap();
        assert_eq!(line, "started\n");
        let driver = machine.open().await;
        assert_eq!(driver.inventory().await.unwrap(), vec![plan.instance]);
        assert_eq!(driver.observe(plan.instance).await.unwrap(), Observation::Running { run: 1 });
        assert_eq!(output(&driver, &machine.ambient, &plan, "echo $GREETING").await.0, "hello\n");
    });
}
