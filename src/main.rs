//! The program: parse, run, exit code.

use std::process::ExitCode;
use std::time::Duration;

use audit_gateway::{cli, telemetry};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the runtime cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    telemetry::log_panics();
    let outcome = runtime.block_on(cli::run());
    // A task that is stuck in the store must not keep the process.
    runtime.shutdown_timeout(Duration::from_millis(200));
    match outcome {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(cli::Exit::Failed.code())
        }
    }
}
