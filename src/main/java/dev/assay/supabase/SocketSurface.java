package dev.assay.supabase;

/** A surface that holds WebSockets besides answering requests. */
public interface SocketSurface extends Surface {

    /** The path below the prefix that sockets are opened at, with a leading slash. */
    String socketPath();

    /**
     * Takes or refuses a socket before it is opened.
     *
     * @param handshake the request that asks for it; answered by the gateway
     * @param socket the server's end of it, of use once {@link SocketListener#opened()} was called
     * @throws RequestRefused to answer with its status and body
     */
    SocketListener accept(Exchange handshake, Socket socket);
}
