"""Who speaks: voice activity, endpoints, the floor table and the gate. Pure: no clock, no thread, no device."""
