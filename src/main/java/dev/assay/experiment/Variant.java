package dev.assay.experiment;

/**
 * One cell of the matrix.
 *
 * @param id unique in its experiment and safe in a unique id: letters, digits, {@code . _ + -}
 * @param planner who plans
 * @param implementer who implements, researches and fixes
 * @param verifier who verifies
 * @param skills how skills reach the implementer
 * @param line the line of the file that the variant comes from, from 1; 1 where the file names no matrix
 */
public record Variant(String id, Role planner, Role implementer, Role verifier, SkillsMode skills, int line) {}
