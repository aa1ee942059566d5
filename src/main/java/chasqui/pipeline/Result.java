package chasqui.pipeline;

/**
 * What one attempt has brought about, as plain data: a record whose components another process can read from a file and
 * record in the database days later. Names bytes by location and path, and says what they must hold.
 */
public interface Result {}
