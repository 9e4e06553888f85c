package dev.assay.check;

import dev.assay.check.Membership.Way;
import dev.assay.check.catalog.Column;
import dev.assay.check.catalog.RowMaker;
import dev.assay.check.catalog.Table;
import dev.assay.check.catalog.Table.ForeignKey;
import dev.assay.experiment.Access.Operation;
import java.sql.Connection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tries one operation on a row of a group, as one of its members, as a stranger who runs another group, or as a visitor.
 * Groups, memberships and the row are written by service; what came of it is read by service.
 */
final class MemberTrial {
    private static final String ROLE = "authenticated";

    private final Table table;
    private final Membership membership;
    private final Way way;
    private final String highest;
    private final RowMaker rows;
    private final Unfiltered unfiltered;
    private final TestUsers users;
    private final Api anon;
    private final Map<String, String> groups = new HashMap<>();
    private final Map<String, Map<String, String>> members = new HashMap<>();

    /** @param highest the role that may do most */
    MemberTrial(
            Table table,
            Membership membership,
            Way way,
            String highest,
            Connection connection,
            TestUsers users,
            Api anon) {
        this.table = table;
        this.membership = membership;
        this.way = way;
        this.highest = highest;
        this.rows = new RowMaker(connection, membership.catalog());
        this.unfiltered = new Unfiltered(connection);
        this.users = users;
        this.anon = anon;
    }

    /**
     * Who tries.
     *
     * @param role as the contract names it; {@code outsider} and {@code anon} are in no group that counts
     */
    record Person(String role) {
        static final Person OUTSIDER = new Person("outsider");
        static final Person ANON = new Person("anon");

        boolean isAnon() {
            return equals(ANON);
        }

        boolean isMember() {
            return !isAnon() && !equals(OUTSIDER);
        }

        String words() {
            if (isAnon()) {
                return "anon";
            }
            return isMember() ? "a member with role " + role : "a user of another group";
        }
    }

    /**
     * What came of trying.
     *
     * @param done whether it had its effect, as service sees it
     * @param how added to the finding where it took more than the plain request; else empty
     */
    record Attempt(boolean done, String how, Answer answer, String seen) {}

    /** Whether the operation can be asked about: a group is not made inside of a group. */
    boolean applies(Operation operation) {
        return operation != Operation.INSERT || !membership.isGroups(table);
    }

    /** Empty where the table has nothing to try it on. */
    Optional<Attempt> attempt(Person person, Operation operation, boolean denied) throws InterruptedException {
        Optional<Attempt> plain = attempt(person, api(person), operation, denied);
        if (!denied || person.isAnon() || plain.isEmpty() || plain.get().done()) {
            return plain;
        }
        // What a user says of himself comes in his token, and must not make him more than he is.
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("role", highest);
        claims.put("is_admin", true);
        membership.role().ifPresent(column -> claims.put(column.name(), highest));
        claims.put(membership.group(), group("user A"));
        Optional<Attempt> claiming = attempt(person, users.claiming(name(person), claims), operation, true)
                .filter(Attempt::done);
        return claiming.isEmpty()
                ? plain
                : claiming.map(one -> new Attempt(
                        true,
                        ", by calling themselves " + highest + " in their own user metadata",
                        one.answer(),
                        one.seen()));
    }

    /** A member without the right to do so gives himself the highest role. */
    Optional<Attempt> promotion(Person person) throws InterruptedException {
        Optional<Column> role = membership.role();
        if (role.isEmpty() || !membership.is(table) || !person.isMember()) {
            return Optional.empty();
        }
        join(person);
        Map<String, String> own = Map.of(
                membership.group(),
                group("user A"),
                membership.user(),
                users.user(name(person)).id());
        Map<String, Object> change = Map.of(role.get().name(), highest);
        Answer answer = api(person).patch(Api.rows(table.name(), own), change);
        boolean done = rows.find(table, own)
                .map(row -> row.get(role.get().name()))
                .filter(highest::equals)
                .isPresent();
        if (done) {
            rows.delete(table, own);
            members.remove(person.role());
        }
        return Optional.of(new Attempt(done, "", answer, RowMaker.shown(own)));
    }

    /** Deletes what trying left behind. */
    void cleanUp() {
        rows.cleanUp();
        groups.clear();
        members.clear();
    }

    /** What was asked and answered since the last call. */
    String log() {
        return anon.log();
    }

    private Optional<Attempt> attempt(Person person, Api api, Operation operation, boolean denied)
            throws InterruptedException {
        join(person);
        return switch (operation) {
            case SELECT -> Optional.of(select(api));
            case INSERT -> Optional.of(insert(person, api, denied));
            case UPDATE -> update(person, api, denied);
            case DELETE -> Optional.of(delete(person, api, denied));
        };
    }

    private Attempt select(Api api) throws InterruptedException {
        Answer answer = api.get(at(row()));
        return new Attempt(answer.rows() > 0, "", answer, answer.body());
    }

    private Attempt insert(Person person, Api api, boolean denied) throws InterruptedException {
        // Members write in their own name, and invite somebody; who is no member lets himself in.
        boolean memberships = membership.is(table);
        String user = users.user(memberships && person.isMember() || person.isAnon() ? "user B" : name(person))
                .id();
        Map<String, String> given = new LinkedHashMap<>(inGroup("user A"));
        if (memberships) {
            given.put(membership.user(), user);
            membership.role().ifPresent(column -> given.put(column.name(), highest));
            rows.find(table, Map.of(membership.group(), group("user A"), membership.user(), user))
                    .ifPresent(found -> rows.delete(table, RowMaker.key(table, found)));
        }
        Map<String, String> values = rows.values(table, user, given);
        if (!denied) {
            values.keySet().removeIf(this::leftToDatabase);
        }
        Set<Map<String, String>> before = rows.keys(table, values);
        Answer answer = api.post(
                "/rest/v1/" + Api.encode(table.name()),
                TableTrial.typed(table, values),
                Map.of("Prefer", "return=minimal"));
        Set<Map<String, String>> added = rows.keys(table, values);
        added.removeAll(before);
        added.forEach(key -> rows.delete(table, key));
        return new Attempt(!added.isEmpty(), "", answer, RowMaker.shown(values));
    }

    private Optional<Attempt> update(Person person, Api api, boolean denied) throws InterruptedException {
        Map<String, String> row = row();
        Optional<Map<String, String>> change = rows.change(table, row, person.isAnon() ? "anon" : ROLE);
        if (change.isEmpty()) {
            return Optional.empty();
        }
        Answer answer = api.patch(at(row), TableTrial.typed(table, change.get()));
        boolean changed = rows.read(table, row).filter(row::equals).isEmpty();
        if (!changed
                && denied
                && unfiltered.updates(
                        caller(person),
                        table,
                        change.get(),
                        () -> rows.read(table, row).filter(row::equals).isEmpty())) {
            return Optional.of(new Attempt(true, ", with a request that has no filter", answer, shownKey(row)));
        }
        return Optional.of(new Attempt(changed, "", answer, shownKey(row)));
    }

    private Attempt delete(Person person, Api api, boolean denied) throws InterruptedException {
        Map<String, String> row = row();
        Answer answer = api.delete(at(row));
        boolean gone = rows.read(table, row).isEmpty();
        if (!gone
                && denied
                && unfiltered.deletes(
                        caller(person), table, () -> rows.read(table, row).isEmpty())) {
            return new Attempt(true, ", with a request that has no filter", answer, shownKey(row));
        }
        return new Attempt(gone, "", answer, shownKey(row));
    }

    /** A row of the group, written by service: user A's, who is in no role of the contract. */
    private Map<String, String> row() throws InterruptedException {
        String user = users.user("user A").id();
        if (membership.isGroups(table)) {
            Map<String, String> group = Map.of(way.column(), group("user A"));
            return rows.find(table, group)
                    .or(() -> {
                        groups.remove("user A"); // the last trial deleted it, and its members with it
                        members.clear();
                        return Optional.empty();
                    })
                    .orElseGet(() -> rows.insert(table, rows.values(table, user), user));
        }
        Map<String, String> given = new LinkedHashMap<>(inGroup("user A"));
        if (membership.is(table)) {
            given.put(membership.user(), user);
            membership.role().ifPresent(column -> given.put(column.name(), highest));
            Map<String, String> own = Map.of(membership.group(), group("user A"), membership.user(), user);
            Optional<Map<String, String>> there = rows.find(table, own); // as by a trigger on a new group
            if (there.isPresent()) {
                return there.get();
            }
        }
        return rows.insert(table, rows.values(table, user, given), user);
    }

    /** What makes a new row one of that user's group: its group, or the parent that has it. */
    private Map<String, String> inGroup(String owner) throws InterruptedException {
        return inGroup(table, way.through(), owner);
    }

    private Map<String, String> inGroup(Table from, List<ForeignKey> through, String owner)
            throws InterruptedException {
        if (through.isEmpty()) {
            return Map.of(way.column(), group(owner));
        }
        ForeignKey key = through.get(0);
        Table parent = membership.catalog().referenced(key).orElseThrow();
        String user = users.user(owner).id();
        Map<String, String> row = rows.insert(
                parent, rows.values(parent, user, inGroup(parent, through.subList(1, through.size()), owner)), user);
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < key.columns().size(); i++) {
            values.put(key.columns().get(i), row.get(key.referenced().get(i)));
        }
        return values;
    }

    /** The group that this user made, by its id. */
    private String group(String owner) throws InterruptedException {
        String known = groups.get(owner);
        if (known == null) {
            String user = users.user(owner).id();
            Optional<Table> made = membership.groups();
            if (made.isPresent()) {
                String column = membership.key().orElseThrow().referenced().get(0);
                known = String.valueOf(rows.insert(made.get(), rows.values(made.get(), user), user)
                        .get(column));
            } else {
                known = rows.values(membership.table(), user).get(membership.group());
            }
            if (known == null) {
                throw new CheckError("A group could not be made: nothing gives "
                        + membership.table().name() + "." + membership.group() + " a value.");
            }
            groups.put(owner, known);
        }
        return known;
    }

    /** Makes the person what the role says: a member of user A's group, or the first of a group of his own. */
    private void join(Person person) throws InterruptedException {
        if (person.isAnon()) {
            return;
        }
        Map<String, String> known = members.get(person.role());
        String user = users.user(name(person)).id();
        String group = group(person.isMember() ? "user A" : name(person));
        Map<String, String> own = Map.of(membership.group(), group, membership.user(), user);
        String role = person.isMember() ? person.role() : highest;
        Optional<Map<String, String>> there = rows.find(membership.table(), own);
        boolean right = there.isPresent()
                && (membership.role().isEmpty()
                        || role.equals(there.get().get(membership.role().get().name())));
        if (known != null && right) {
            return;
        }
        there.ifPresent(row -> rows.delete(membership.table(), RowMaker.key(membership.table(), row)));
        Map<String, String> given = new LinkedHashMap<>(own);
        membership.role().ifPresent(column -> given.put(column.name(), accepted(column, role)));
        members.put(person.role(), rows.insert(membership.table(), rows.values(membership.table(), user, given), user));
    }

    private String accepted(Column column, String role) {
        return rows.cast(column, role)
                .orElseThrow(() -> new CheckError("Column " + column.name() + " of table "
                        + membership.table().name() + " takes no role named " + role
                        + ": a member with that role cannot be made."));
    }

    private boolean leftToDatabase(String name) {
        Column column = table.column(name).orElseThrow();
        return !column.granted(ROLE, "INSERT") && !column.defaultExpression().isEmpty();
    }

    private Api api(Person person) throws InterruptedException {
        return person.isAnon() ? anon : users.user(name(person)).api();
    }

    private Unfiltered.Caller caller(Person person) throws InterruptedException {
        return person.isAnon()
                ? new Unfiltered.Caller("anon", Optional.empty())
                : new Unfiltered.Caller(
                        ROLE, Optional.of(users.user(name(person)).id()));
    }

    /** The test user who plays that part. */
    private static String name(Person person) {
        return person.isMember() ? "member: " + person.role() : person.role();
    }

    private String at(Map<String, String> row) {
        return Api.rows(table.name(), RowMaker.key(table, row));
    }

    private String shownKey(Map<String, String> row) {
        return RowMaker.shown(RowMaker.key(table, row));
    }
}
