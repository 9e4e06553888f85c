package dev.assay.run;

import dev.assay.run.RunListener.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** Hands the stages on to the tree that runs them, and tells the listeners what starts and what came of it. */
final class ReportedStages implements Stages {
    private final Stages tree;
    private final Telling telling;
    private final String parentId;
    private final int depth;
    private final List<Child> children;
    private final Map<String, String> storedAs;

    /** A node that is over. */
    private record Child(Stage stage, StageResult result) {}

    /**
     * Who is told of nodes. What an earlier process told of a run that is gone on with is not told again.
     *
     * @param results told of every leaf that is over
     * @param progress whether the run is live, or goes the way again that it went before
     * @param told unique ids of the nodes that were told of before
     */
    record Telling(
            RunInfo run, Journal journal, BiConsumer<Node, StageResult> results, Progress progress, Set<String> told) {

        private Runnable started(Node node) {
            return progress.whenLive(() -> journal.tell(listener -> listener.stageStarted(run, node)));
        }

        private void finished(Node node, StageResult result) {
            if (progress.live() || !told.contains(node.uniqueId())) {
                journal.tell(listener -> listener.stageFinished(run, node, result));
            }
        }
    }

    /** @param storedAs ids of the run's own stages that the listeners are told in place of the tree's */
    ReportedStages(Stages tree, Telling telling, Map<String, String> storedAs) {
        this(tree, telling, telling.run().uniqueId(), 0, new ArrayList<>(), storedAs);
    }

    private ReportedStages(
            Stages tree,
            Telling telling,
            String parentId,
            int depth,
            List<Child> children,
            Map<String, String> storedAs) {
        this.tree = tree;
        this.telling = telling;
        this.parentId = parentId;
        this.depth = depth;
        this.children = children;
        this.storedAs = storedAs;
    }

    @Override
    public void test(Stage stage, TestBody body) throws InterruptedException {
        Node node = node(stage, true);
        tree.test(stage, () -> {
            Runnable takeBack = telling.started(node);
            StageResult result = guarded(body);
            takeBack.run();
            over(node, result);
            return result;
        });
    }

    @Override
    public void container(Stage stage, ContainerBody body) throws InterruptedException {
        Node node = node(stage, false);
        tree.container(stage, inside -> {
            List<Child> nested = new ArrayList<>();
            Runnable takeBack = telling.started(node);
            ReportedStages within = new ReportedStages(inside, telling, node.uniqueId(), depth + 1, nested, Map.of());
            try {
                body.run(within);
            } catch (RuntimeException | Error e) {
                // a leaf says it: containers do not fail
                within.test(new Stage("check", "assay", "Assay itself", stage.labels()), () -> Failures.result(e));
            } finally {
                takeBack.run();
                StageResult sum = sum(stage, nested);
                children.add(new Child(stage, sum));
                telling.finished(node, sum);
            }
        });
    }

    @Override
    public void skipped(Stage stage, StageResult result) {
        tree.skipped(stage, result);
        over(node(stage, true), result);
    }

    private void over(Node node, StageResult result) {
        children.add(new Child(node.stage(), result));
        telling.results().accept(node, result);
        telling.finished(node, result);
    }

    private static StageResult guarded(TestBody body) throws InterruptedException {
        try {
            return body.run();
        } catch (RuntimeException | Error e) {
            return Failures.result(e);
        }
    }

    private Node node(Stage stage, boolean leaf) {
        String id = storedAs.getOrDefault(stage.id(), stage.id());
        Stage told = id.equals(stage.id()) ? stage : new Stage(stage.type(), id, id, stage.labels());
        return new Node(parentId + "/[" + stage.type() + ":" + id + "]", parentId, told, leaf, depth);
    }

    /**
     * A step is what its last attempt is, and an attempt what its verification is, where it came to that; any other
     * container is the worst of its children.
     */
    private static StageResult sum(Stage stage, List<Child> nested) {
        Optional<StageResult> telling = nested.stream()
                .filter(child -> stage.type().equals("step")
                        ? child.stage().type().equals("attempt")
                        : stage.type().equals("attempt") && child.stage().id().equals(RunStages.VERIFY))
                .map(Child::result)
                .reduce((earlier, later) -> later);
        if (telling.isPresent()) {
            return asContainer(telling.get());
        }
        List<StageResult> results = nested.stream().map(Child::result).toList();
        for (Outcome outcome : List.of(Outcome.FAILED, Outcome.ABORTED, Outcome.SUPERSEDED)) {
            Optional<StageResult> worst = results.stream()
                    .filter(result -> result.outcome() == outcome)
                    .findFirst();
            if (worst.isPresent()) {
                return asContainer(worst.get());
            }
        }
        boolean allSkipped =
                !results.isEmpty() && results.stream().allMatch(result -> result.outcome() == Outcome.SKIPPED);
        return allSkipped ? asContainer(results.get(0)) : StageResult.PASSED;
    }

    private static StageResult asContainer(StageResult result) {
        return new StageResult(result.outcome(), result.cause(), result.message(), 0, false, List.of(), List.of());
    }
}
