package dev.assay.supabase.auth;

import dev.assay.supabase.Exchange;
import dev.assay.supabase.Surface;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /mailbox}: the project's mails for tests that read them over HTTP, as the local stack's mail catcher shows
 * them: Mailpit's {@code /api/v1/messages}, {@code /api/v1/search} and {@code /api/v1/message/ID}, and Inbucket's older
 * {@code /api/v1/mailbox/NAME}. Anybody on this machine may read it, as there.
 */
public final class MailboxSurface implements Surface {
    private static final String API = "/api/v1";

    private final Mailbox mailbox;

    public MailboxSurface(Mailbox mailbox) {
        this.mailbox = mailbox;
    }

    @Override
    public String prefix() {
        return "/mailbox";
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        String path = exchange.path().replaceFirst("/+$", "");
        String call = exchange.method() + " " + (path.startsWith(API) ? path.substring(API.length()) : path);
        if (call.equals("GET /messages")) {
            exchange.respondJson(200, list(newestFirst()).toString());
        } else if (call.equals("GET /search")) {
            exchange.respondJson(200, list(found(exchange.query())).toString());
        } else if (call.equals("DELETE /messages")) {
            mailbox.clear();
            exchange.respondJson(200, "\"ok\"");
        } else if (call.startsWith("GET /message/")) {
            answer(exchange, one(call.substring("GET /message/".length())));
        } else if (call.startsWith("GET /mailbox/")) {
            inbucket(exchange, decoded(call.substring("GET /mailbox/".length())));
        } else {
            exchange.respondJson(
                    404,
                    "{\"Error\":\"The embedded mailbox has GET /mailbox/api/v1/messages, /search?query=to:ADDRESS and"
                            + " /message/ID, and DELETE /mailbox/api/v1/messages\"}");
        }
    }

    private static void answer(Exchange exchange, Optional<ObjectNode> body) throws IOException {
        exchange.respondJson(
                body.isPresent() ? 200 : 404,
                body.map(ObjectNode::toString).orElse("{\"Error\":\"message not found\"}"));
    }

    private List<Mailbox.Mail> newestFirst() {
        List<Mailbox.Mail> mails = new ArrayList<>(mailbox.mails());
        Collections.reverse(mails);
        return mails;
    }

    /** {@code to:ADDRESS}, quoted or not; other words are looked for in subject and text. */
    private List<Mailbox.Mail> found(String query) {
        String wanted = "";
        for (String pair : query.split("&", -1)) {
            if (pair.startsWith("query=")) {
                wanted = decoded(pair.substring("query=".length()))
                        .replace("\"", "")
                        .toLowerCase(Locale.ROOT);
            }
        }
        List<Mailbox.Mail> left = newestFirst();
        for (String word : wanted.strip().split("\\s+", -1)) {
            left = left.stream().filter(mail -> matches(mail, word)).toList();
        }
        return left;
    }

    private static boolean matches(Mailbox.Mail mail, String word) {
        if (word.startsWith("to:")) {
            return mail.to().contains(word.substring("to:".length()));
        }
        return (subject(mail) + " " + text(mail)).toLowerCase(Locale.ROOT).contains(word);
    }

    private ObjectNode list(List<Mailbox.Mail> mails) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("total", mailbox.mails().size());
        answer.put("count", mails.size());
        answer.put("messages_count", mails.size());
        answer.put("start", 0);
        ArrayNode messages = answer.putArray("messages");
        mails.forEach(mail -> messages.add(summary(mail)));
        return answer;
    }

    private Optional<ObjectNode> one(String id) {
        return newestFirst().stream()
                .filter(mail -> id.equals("latest") || id(mail).equals(id))
                .findFirst()
                .map(mail -> summary(mail).put("Text", text(mail)).put("HTML", html(mail)));
    }

    private static ObjectNode summary(Mailbox.Mail mail) {
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        message.put("ID", id(mail));
        message.putObject("From").put("Name", "Admin").put("Address", "admin@email.com");
        message.putArray("To").addObject().put("Name", "").put("Address", mail.to());
        message.put("Subject", subject(mail));
        message.put("Created", mail.sent().toString());
        message.put("Date", mail.sent().toString());
        message.put("Snippet", text(mail));
        message.put("Read", false);
        return message;
    }

    private void inbucket(Exchange exchange, String rest) throws IOException {
        String[] parts = rest.split("/", 2);
        List<Mailbox.Mail> mails = mailbox.mails().stream()
                .filter(mail -> mail.to().equals(parts[0]) || mail.to().startsWith(parts[0] + "@"))
                .toList();
        if (parts.length == 1) {
            ArrayNode list = JsonNodeFactory.instance.arrayNode();
            mails.forEach(mail -> list.add(header(mail)));
            exchange.respondJson(200, list.toString());
            return;
        }
        List<Mailbox.Mail> latest = mails.isEmpty() ? mails : mails.subList(mails.size() - 1, mails.size());
        answer(
                exchange,
                (parts[1].equals("latest") ? latest : mails)
                        .stream()
                                .filter(mail -> parts[1].equals("latest") || id(mail).equals(parts[1]))
                                .findFirst()
                                .map(mail -> {
                                    ObjectNode message = header(mail);
                                    message.putObject("body")
                                            .put("text", text(mail))
                                            .put("html", html(mail));
                                    return message;
                                }));
    }

    private static ObjectNode header(Mailbox.Mail mail) {
        ObjectNode header = JsonNodeFactory.instance.objectNode();
        header.put("mailbox", mail.to().replaceFirst("@.*", ""));
        header.put("id", id(mail));
        header.put("from", "Admin <admin@email.com>");
        header.putArray("to").add("<" + mail.to() + ">");
        header.put("subject", subject(mail));
        return header.put("date", mail.sent().toString());
    }

    private static String id(Mailbox.Mail mail) {
        return UUID.nameUUIDFromBytes((mail.sent() + mail.tokenHash()).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    private static String subject(Mailbox.Mail mail) {
        return switch (mail.type()) {
            case "signup" -> "Confirm Your Signup";
            case "recovery" -> "Reset Your Password";
            case "magiclink" -> "Your Magic Link";
            case "invite" -> "You have been invited";
            case "reauthentication" -> "Confirm Reauthentication";
            default -> "Confirm Email Change";
        };
    }

    private static String text(Mailbox.Mail mail) {
        String code = "enter the code: " + mail.code();
        return mail.type().equals("reauthentication")
                ? subject(mail) + "\n\n" + code
                : subject(mail) + "\n\nFollow this link: ( " + mail.link() + " )\n\nAlternatively, " + code;
    }

    private static String html(Mailbox.Mail mail) {
        String link = mail.link().replace("&", "&amp;").replace("\"", "&quot;").replace("<", "&lt;");
        String follow =
                mail.type().equals("reauthentication") ? "" : "<p><a href=\"" + link + "\">Follow this link</a></p>";
        return "<h2>" + subject(mail) + "</h2>" + follow + "<p>Alternatively, enter the code: " + mail.code() + "</p>";
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
