/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "deliver/holder.h"
#include "scratch.h"

#define DEVICE "/devices/pci0000:00/0000:00:03.0"
#define DISK   "sys" DEVICE "/ata1/host0/block/sda"
#define NIC    "sys" DEVICE "/net/eth0"

/* A line of mountinfo for the block device NUMBER, and its source. */
#define MOUNT(number, source) "22 1 " number " / /mnt rw,relatime - ext4 " source " rw\n"

struct row {
	const char *label;
	const char *mounts, *swaps, *routes, *addresses; /* NULL: empty */
	const char *file, *content; /* one more, below the disk or interface */
	const char *why; /* NULL: nothing rests on it */
};

static void make_disk(const struct scratch *scratch)
{
	scratch_write(scratch, DISK "/dev", "8:0\n");
	scratch_link(scratch, DISK "/subsystem", "../../../../../../../class/block");
	scratch_folder(scratch, DISK "/holders");
	scratch_write(scratch, DISK "/sda1/dev", "8:1\n");
	scratch_link(scratch, DISK "/sda1/subsystem", "../../../../../../../../class/block");
	scratch_folder(scratch, DISK "/sda1/holders");
}

static void check(const struct row *row, const char *below, void (*make)(const struct scratch *))
{
	auto_free char *why = NULL;
	struct scratch scratch;
	int r;

	scratch_make(&scratch);
	make(&scratch);
	scratch_write(&scratch, "proc/self/mountinfo", row->mounts ? row->mounts : "");
	if (row->swaps)
		scratch_write(&scratch, "proc/swaps", row->swaps);
	if (row->routes)
		scratch_write(&scratch, "proc/net/route", row->routes);
	if (row->addresses)
		scratch_write(&scratch, "proc/net/if_inet6", row->addresses);
	if (row->file) {
		auto_free char *path = text_format("%s/%s", below, row->file);

		scratch_write(&scratch, path, row->content);
	}
	r = holder_find(scratch.fd, DEVICE, &why);
	scratch_remove(&scratch);
	if (r != (row->why != NULL) || !text_equal(why, row->why))
		fail_msg("%s: %d, %s", row->label, r, why ? why : "nothing rests on it");
}

static void a_disk_is_in_use_by_what_rests_on_it(void **state)
{
	static const struct row rows[] = {
		{ .label = "nothing" },
		{ .label = "another disk is mounted", .mounts = MOUNT("8:16", "/dev/sdb") },
		{ .label = "a longer name", .mounts = MOUNT("65:1", "/dev/xsda1") },
		{ .label = "a mounted disk",
		  .mounts = MOUNT("8:0", "/dev/root"),
		  .why = "sda is mounted" },
		{ .label = "a mounted partition, behind others",
		  .mounts = MOUNT("0:22", "proc") MOUNT("8:1", "/dev/sda1"),
		  .why = "sda1 is mounted" },
		{ .label = "a file system with a number of its own",
		  .mounts = MOUNT("0:44", "/dev/sda1"),
		  .why = "sda1 is mounted" },
		{ .label = "a table that ends in the middle of a line",
		  .mounts = "22 1 8:1",
		  .why = "sda1 is mounted" },
		{ .label = "swap",
		  .swaps = "Filename Type Size Used Priority\n/dev/sda1 partition 1 0 -2\n",
		  .why = "sda1 is used as swap" },
		{ .label = "a member of a stack",
		  .file = "sda1/holders/dm-0",
		  .content = "",
		  .why = "sda1 is part of another block device" },
		{ .label = "a path of a multipath disk",
		  .file = "hidden",
		  .content = "1\n",
		  .why = "sda is one path to a disk" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i], DISK, make_disk);
}

static void make_nic(const struct scratch *scratch)
{
	scratch_link(scratch, NIC "/subsystem", "../../../../../class/net");
	scratch_write(scratch, NIC "/flags", "0x1003\n");
}

static void a_network_interface_is_in_use_with_an_address(void **state)
{
	static const char routes[] = "Iface Destination Gateway\neth0 0002000A 00000000\n";
	static const struct row rows[] = {
		{ .label = "up" },
		{ .label = "up with a route",
		  .routes = routes,
		  .why = "eth0 is up and has an address" },
		{ .label = "a route of another", .routes = "Iface\neth01 0002000A\n" },
		{ .label = "down with a route",
		  .routes = routes,
		  .file = "flags",
		  .content = "0x1002\n" },
		{ .label = "an address of the kernel's own",
		  .addresses = "fe80000000000000505400fffe123456 02 40 20 80     eth0\n" },
		{ .label = "an address",
		  .addresses = "20010db8000000000000000000000001 02 40 00 80     eth0\n",
		  .why = "eth0 is up and has an address" },
		{ .label = "a part of a bridge",
		  .file = "master/ifindex",
		  .content = "3\n",
		  .why = "eth0 is up and part of another interface" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i], NIC, make_nic);
}

static void without_a_table_of_mounts_nothing_is_known(void **state)
{
	auto_free char *why = NULL;
	struct scratch scratch;

	(void)state;
	scratch_make(&scratch);
	make_disk(&scratch);
	scratch_folder(&scratch, "proc/self/mountinfo");
	assert_true(holder_find(scratch.fd, DEVICE, &why) < 0);
	scratch_remove(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disk_is_in_use_by_what_rests_on_it),
		cmocka_unit_test(a_network_interface_is_in_use_with_an_address),
		cmocka_unit_test(without_a_table_of_mounts_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
