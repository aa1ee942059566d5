/**
 * A stage that no installation needs: it shows, and tests, that a stage is one package and one route file. <b>In:</b>
 * packages PRESENT at a buffer. <b>Out:</b> how heavy they are. <b>Guarantee:</b> each is weighed once. <b>Table:</b>
 * {@code weight}. <b>Route file:</b> {@code weighing/8-weighing.camel.yaml}.
 */
package chasqui.weighing;
