//! One connection between two processes: plain, or mutual TLS.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use http::Uri;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsStream;
use tonic::transport::server::Connected;

/// Handshakes at once; more wait to be accepted.
const HANDSHAKES: usize = 64;
/// The pause after a connection that could not be accepted: there may be no file handle left.
const BREATH: Duration = Duration::from_millis(100);

/// What gRPC is spoken over.
pub enum Wire {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Listens for other processes; with `tls`, only those with a certificate of our authority get through.
pub async fn listen(
    address: SocketAddr,
    tls: Option<tls::Internal>,
) -> io::Result<impl Stream<Item = io::Result<Wire>> + Send> {
    let listener = TcpListener::bind(address).await?;
    let sockets = stream::unfold(listener, |listener| async move {
        let accepted = listener.accept().await;
        if accepted.is_err() {
            tokio::time::sleep(BREATH).await;
        }
        Some((accepted.map(|(socket, _)| socket), listener))
    });
    let wires = sockets.map(move |socket| accepted(socket, tls.clone())).buffer_unordered(HANDSHAKES);
    Ok(wires.filter_map(|wire| async move {
        match wire {
            Ok(wire) => Some(Ok(wire)),
            Err(error) => {
                metrics::counter!("atelier_rpc_refused_connections_total").increment(1);
                tracing::warn!(%error, "a process was not let in: {error}");
                None
            }
        }
    }))
}

async fn accepted(socket: io::Result<TcpStream>, tls: Option<tls::Internal>) -> io::Result<Wire> {
    let socket = socket?;
    socket.set_nodelay(true)?;
    match tls {
        None => Ok(Wire::Plain(socket)),
        Some(tls) => Ok(Wire::Tls(Box::new(tls.accept(socket).await?))),
    }
}

/// To where a URL points; with `tls`, only if its certificate is of our authority and names the host.
pub async fn connect(uri: Uri, tls: tls::Internal) -> io::Result<TokioIo<Wire>> {
    let host = uri.host().ok_or(io::ErrorKind::InvalidInput)?;
    let address = format!("{host}:{}", uri.port_u16().unwrap_or(443));
    let socket = TcpStream::connect(address).await?;
    socket.set_nodelay(true)?;
    let secured = tls.connect(host, socket).await;
    if let Err(error) = &secured {
        tracing::warn!(%error, "{host} is not one of ours, or does not know us: {error}");
    }
    Ok(TokioIo::new(Wire::Tls(Box::new(secured?))))
}

impl Connected for Wire {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_read(cx, buffer),
            Self::Tls(socket) => Pin::new(socket).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_write(cx, bytes),
            Self::Tls(socket) => Pin::new(socket).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_flush(cx),
            Self::Tls(socket) => Pin::new(socket).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_shutdown(cx),
            Self::Tls(socket) => Pin::new(socket).poll_shutdown(cx),
        }
    }
}
