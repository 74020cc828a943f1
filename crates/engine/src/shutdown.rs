//! The signal that ends listeners and watchers in an orderly way.

use tokio::sync::watch;

/// The hand that gives the signal. Dropping it gives the signal too.
#[derive(Debug)]
pub struct Shutdown(watch::Sender<bool>);

/// The ear that waits for it. Clone one for each task.
#[derive(Debug, Clone)]
pub struct ShutdownSignal(watch::Receiver<bool>);

/// A fresh pair.
pub fn shutdown() -> (Shutdown, ShutdownSignal) {
    let (sender, receiver) = watch::channel(false);
    (Shutdown(sender), ShutdownSignal(receiver))
}

impl Shutdown {
    /// Gives the signal.
    pub fn now(&self) {
        self.0.send_replace(true);
    }
}

impl ShutdownSignal {
    /// Returns once the signal is given.
    pub async fn given(&mut self) {
        // An error means that the hand is gone, which is a signal too.
        let _ = self.0.wait_for(|given| *given).await;
    }

    /// Whether the signal is given.
    pub fn is_given(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }
}
