/**
 * The door for other programs: who may come in, and how an answer looks. Tokens are rows that hold a hash; the last ones
 * read are kept in the home, so that an instrument comes in while the database is away. What is done behind the door
 * belongs to the packages whose work it is.
 */
package chasqui.api;
