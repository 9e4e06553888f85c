package dev.assay.supabase;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket over Jetty's API, which takes the next message only when it has written the one before; so they wait here.
 * Public because Jetty calls it by reflection, and of no use to anybody else.
 */
public final class JettySocket implements Session.Listener.AutoDemanding, Socket {
    private static final Logger LOG = LoggerFactory.getLogger(JettySocket.class);
    /** A client that reads slower than it is written to is let go before it fills the memory. */
    private static final long MAX_WAITING = 32L << 20;

    private final Deque<Outgoing> waiting = new ArrayDeque<>();
    private final AtomicBoolean gone = new AtomicBoolean();
    private @Nullable SocketListener listener;
    private @Nullable Session session;
    private long waitingBytes;
    private boolean writing;
    private boolean closing;

    /** How one message, or the close, is handed to Jetty. */
    private record Outgoing(long bytes, Writing writing) {}

    private interface Writing {
        void to(Session session, Callback done);
    }

    JettySocket() {}

    /** Tells who hears it; before it is opened. */
    void heardBy(SocketListener heard) {
        listener = heard;
    }

    private SocketListener listener() {
        SocketListener known = listener;
        if (known == null) {
            throw new IllegalStateException("the socket was opened before it was accepted");
        }
        return known;
    }

    @Override
    public void onWebSocketOpen(Session opened) {
        synchronized (this) {
            session = opened;
        }
        listener().opened();
        next();
    }

    @Override
    public void onWebSocketText(String message) {
        guarded(() -> listener().text(message));
    }

    @Override
    public void onWebSocketBinary(ByteBuffer payload, Callback callback) {
        ByteBuffer copy = ByteBuffer.allocate(payload.remaining());
        copy.put(payload).flip();
        guarded(() -> listener().binary(copy));
        callback.succeed();
    }

    /** What breaks on one message must end neither the socket nor Jetty's reading of it. */
    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.error("A message on a WebSocket broke the embedded Supabase", e);
        }
    }

    @Override
    public void onWebSocketError(Throwable cause) {
        LOG.debug("A WebSocket failed: {}", cause.toString());
        end();
    }

    @Override
    public void onWebSocketClose(int code, String reason) {
        end();
    }

    private void end() {
        synchronized (this) {
            closing = true;
            waiting.clear();
        }
        if (gone.compareAndSet(false, true)) {
            listener().closed();
        }
    }

    @Override
    public void send(String text) {
        add(new Outgoing(text.length(), (to, done) -> to.sendText(text, done)));
    }

    @Override
    public void send(ByteBuffer bytes) {
        add(new Outgoing(bytes.remaining(), (to, done) -> to.sendBinary(bytes.duplicate(), done)));
    }

    @Override
    public void close(int code, String reason) {
        add(new Outgoing(0, (to, done) -> to.close(code, reason, done)));
        synchronized (this) {
            closing = true;
        }
    }

    private void add(Outgoing message) {
        Session slow = null;
        synchronized (this) {
            if (closing) {
                return;
            }
            if (waitingBytes + message.bytes() > MAX_WAITING) {
                closing = true;
                waiting.clear();
                slow = session;
            } else {
                waiting.add(message);
                waitingBytes += message.bytes();
            }
        }
        if (slow != null) {
            LOG.warn("A WebSocket client has {} bytes unread and is let go", MAX_WAITING);
            slow.disconnect();
            return;
        }
        next();
    }

    private void next() {
        Outgoing message;
        Session to;
        synchronized (this) {
            to = session;
            if (writing || to == null) {
                return;
            }
            message = waiting.poll();
            if (message == null) {
                return;
            }
            writing = true;
        }
        message.writing().to(to, Callback.from(() -> written(message), failure -> {
            LOG.debug("A WebSocket could not be written to: {}", failure.toString());
            to.disconnect();
        }));
    }

    private void written(Outgoing message) {
        synchronized (this) {
            writing = false;
            waitingBytes -= message.bytes();
        }
        next();
    }
}
