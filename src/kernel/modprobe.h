/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * modprobe - the configuration of modprobe below a root (modprobe.d(5)).
 *
 * Layer: kernel.
 */
#pragma once

/*
 * Hand each logical line to TAKE, from the files of all its folders by their names: the order in
 * which a later line overrides an earlier one. A file masks those of the same name in folders of
 * less precedence. 0, what TAKE returned if that is negative, or -ENOMEM.
 */
int modprobe_each_line(int root_fd, int (*take_line)(void *context, const char *line),
		       void *context);
