package dev.assay.check;

import dev.assay.process.Captured;
import dev.assay.process.Command;
import dev.assay.process.Command.Timers;
import dev.assay.process.Exit;
import dev.assay.process.Running;
import dev.assay.process.Supervisor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The app under test as processes: its commands, and the server that it is started as. */
public final class AppServer implements AutoCloseable {
    private static final Duration STARTUP = Duration.ofSeconds(60);
    /** For an answer while it comes up. */
    private static final Duration FIRST = Duration.ofSeconds(10);

    /** For a whole page. */
    static final Duration PAGE = Duration.ofSeconds(20);

    private static final int TAIL_LINES = 200;
    private static final int TAIL_LINE = 4_000;
    private static final Pattern LISTENS =
            Pattern.compile("(?:localhost|127\\.0\\.0\\.1|0\\.0\\.0\\.0|\\[::1?]):(\\d{2,5})");
    /** What npm, pnpm and yarn say where the registry or the way to it is at fault. */
    private static final Pattern NO_NETWORK =
            Pattern.compile("(?m)^.*(?:npm (?:error|ERR!) code|ERR_PNPM_META_FETCH_FAIL|"
                    + "error An unexpected error occurred:).*(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|"
                    + "EHOSTUNREACH|ERR_SOCKET_TIMEOUT|E429|E50\\d)");
    /** What a line of npm's says before it says anything. */
    private static final Pattern SPEAKER = Pattern.compile("^npm (?:error|ERR!|warn|WARN)\\s*");

    private static final Pattern TAKEN = Pattern.compile("EADDRINUSE|already in use");

    private static final Pattern ANSI = Pattern.compile("\u001b\\[[0-9;]*m");

    private final Subject subject;
    private final Supervisor supervisor;
    private final ConcurrentLinkedDeque<String> tail = new ConcurrentLinkedDeque<>();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private Optional<Running> running = Optional.empty();
    private String origin = "";

    public AppServer(Subject subject, Supervisor supervisor) {
        this.subject = subject;
        this.supervisor = supervisor;
    }

    /** Runs one of the app's commands to its end; one that does not succeed is a finding. */
    public void command(String name, String line, Probe probe) throws InterruptedException {
        Captured captured = supervisor.capture(Command.shell(
                        line,
                        subject.workspace(),
                        subject.environment(),
                        Timers.wall(subject.limits().check()))
                .within(subject.fence()));
        String output = plain(captured.out() + captured.err());
        probe.attach(name + " output", "text/plain", "$ " + line + "\n" + output);
        Exit exit = captured.exit();
        if (!exit.succeeded() && NO_NETWORK.matcher(output).find()) {
            throw new CheckError("`" + line + "` could not reach the package registry: Assay could not measure the app"
                    + lastWords(output));
        }
        boolean late = exit.fired() == Exit.Limit.WALL;
        probe.expect(
                exit.succeeded(),
                "`" + line + "` "
                        + (late
                                ? "was not over after "
                                        + subject.limits().check().toSeconds() + " s"
                                : "failed with exit code " + exit.code())
                        + lastWords(output),
                "exit code 0",
                late ? "stopped" : "exit code " + exit.code());
    }

    /** Starts the app and waits until it answers, at most a minute; where it does not, that is a finding. */
    public void start(Probe probe) throws InterruptedException {
        Running started = supervisor.start(
                Command.shell(subject.app().start(), subject.workspace(), subject.environment(), Timers.NONE)
                        .within(subject.fence()),
                (stream, line) -> keep(new String(line, StandardCharsets.UTF_8)));
        running = Optional.of(started);
        long deadline = System.nanoTime()
                + Math.min(STARTUP.toNanos(), subject.limits().check().toNanos());
        boolean answers = false;
        while (!answers && started.alive() && System.nanoTime() < deadline) {
            answers = answersAt("http://127.0.0.1:" + subject.port()) || answersAt("http://[::1]:" + subject.port());
            if (!answers) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
        probe.attach("start output", "text/plain", "$ " + subject.app().start() + "\n" + output());
        boolean ended = !started.alive();
        if (!answers && ended && TAKEN.matcher(output()).find() && listens(subject.port())) {
            throw new CheckError("Something else has taken port " + subject.port()
                    + " of this machine: the app could not be started. Run it again.");
        }
        String why = ended
                ? "ended before it answered" + lastWords(output())
                : otherPort()
                        .map(port -> "listens on port " + port + " and not on the one in $PORT")
                        .orElse("did not answer on the port in $PORT" + lastWords(output()));
        probe.expect(answers, "`" + subject.app().start() + "` " + why, "an answer on port " + subject.port(), why);
    }

    /** Fetches a page; empty where the app does not answer, or does not come to an end. */
    Optional<AppPage> page(String path) throws InterruptedException {
        return AppPage.get(http, URI.create(origin + path), PAGE);
    }

    /** Where the app answers, such as {@code http://127.0.0.1:41234}; empty before it does. */
    public String origin() {
        return origin;
    }

    private boolean answersAt(String candidate) throws InterruptedException {
        boolean answers = AppPage.answers(http, URI.create(candidate + "/"), FIRST);
        if (answers) {
            origin = candidate;
        }
        return answers;
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private void keep(String line) {
        tail.add(line.length() > TAIL_LINE ? line.substring(0, TAIL_LINE) + "…" : line);
        while (tail.size() > TAIL_LINES) {
            tail.poll();
        }
    }

    private String output() {
        return plain(String.join("\n", tail));
    }

    private Optional<String> otherPort() {
        Matcher listens = LISTENS.matcher(output());
        while (listens.find()) {
            if (!listens.group(1).equals(String.valueOf(subject.port()))) {
                return Optional.of(listens.group(1));
            }
        }
        return Optional.empty();
    }

    private static String plain(String output) {
        return ANSI.matcher(output).replaceAll("");
    }

    /** The lines that tell most: the first errors, in the tool's own words, else the last lines. */
    private static String lastWords(String output) {
        List<String> lines = output.lines()
                .map(String::strip)
                .filter(line -> !SPEAKER.matcher(line).replaceFirst("").isBlank())
                .toList();
        List<String> telling = lines.stream()
                .filter(line -> line.toLowerCase(Locale.ROOT).contains("error"))
                .limit(4)
                .toList();
        List<String> shown = telling.isEmpty() ? lines.subList(Math.max(0, lines.size() - 3), lines.size()) : telling;
        return shown.isEmpty() ? "" : ": " + String.join(" / ", shown);
    }

    @Override
    public void close() throws InterruptedException {
        if (running.isPresent()) {
            running.get().stop();
        }
    }
}
