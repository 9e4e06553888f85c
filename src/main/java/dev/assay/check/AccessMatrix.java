package dev.assay.check;

import dev.assay.experiment.Access;
import dev.assay.experiment.Access.Operation;
import dev.assay.experiment.Access.Who;

/** What a declared access asks of each role and operation, on a row that user A owns. */
final class AccessMatrix {
    /** Who tries. */
    enum Actor {
        ANON("anon", "anon"),
        USER_A("user-a", "user A (owner)"),
        USER_B("user-b", "user B"),
        SERVICE("service", "service");

        private final String id;
        private final String words;

        Actor(String id, String words) {
            this.id = id;
            this.words = words;
        }

        String id() {
            return id;
        }

        String words() {
            return words;
        }
    }

    /** What must come of it. */
    enum Expected {
        ALLOWED,
        DENIED,
        /** Nobody asked for either. */
        OPEN
    }

    private AccessMatrix() {}

    /** What the default contract asks of a table that no rule names. */
    static Expected byDefault(boolean owned, Actor actor, Operation operation) {
        return switch (actor) {
            case ANON -> operation == Operation.SELECT ? Expected.OPEN : Expected.DENIED;
            case USER_B -> owned ? Expected.DENIED : Expected.OPEN;
            case USER_A, SERVICE -> Expected.OPEN;
        };
    }

    /** @throws CheckError for access by membership, which takes more than an owner to check */
    static Expected of(Access access, Actor actor, Operation operation) {
        if (actor == Actor.SERVICE) {
            return Expected.ALLOWED;
        }
        if (access instanceof Access.Owner) {
            return only(actor == Actor.USER_A);
        }
        if (access instanceof Access.PublicRead) {
            return only(actor == Actor.USER_A || operation == Operation.SELECT);
        }
        if (access instanceof Access.None) {
            return Expected.DENIED;
        }
        if (access instanceof Access.Spelled spelled) {
            return who(
                    switch (operation) {
                        case SELECT -> spelled.read();
                        case INSERT -> spelled.insert();
                        case UPDATE -> spelled.update();
                        case DELETE -> spelled.delete();
                    },
                    actor);
        }
        throw new CheckError("This version of Assay cannot check access by membership yet.");
    }

    private static Expected who(Who who, Actor actor) {
        return switch (who) {
            case ANYONE -> Expected.ALLOWED;
            case SIGNED_IN -> only(actor != Actor.ANON);
            case SELF, OWNER -> only(actor == Actor.USER_A);
            case NOBODY -> Expected.DENIED;
        };
    }

    private static Expected only(boolean allowed) {
        return allowed ? Expected.ALLOWED : Expected.DENIED;
    }
}
