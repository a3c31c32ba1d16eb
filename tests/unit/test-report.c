/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "report/label.h"
#include "report/page.h"
#include "report/report.h"

/* A server whose new HBA has a driver on offer, and what was decided for it. */
struct machine {
	struct kernel kernel;
	struct source sources[2];
	struct device_list devices;
	struct plan plan;
	struct report report;
};

static char *copy(const char *text)
{
	char *own = text ? strdup(text) : NULL;

	assert_true(own || !text);
	return own;
}

static void add_device(struct machine *machine, const char *path, const char *modalias,
		       const char *name, const char *driver)
{
	struct device *device = device_list_add(&machine->devices);

	assert_non_null(device);
	device->path = copy(path);
	device->bus = strndup(modalias, strcspn(modalias, ":"));
	device->name = copy(name);
	device->driver = copy(driver);
	device->driver_known = path != NULL;
	assert_int_equal(strings_add(&device->modaliases, modalias), 0);
}

static struct plan_package *add_package(struct machine *machine, const char *family,
					const char *version, const char *release, bool selected,
					enum reason reason, const char *detail)
{
	struct plan_package *package = plan_add(&machine->plan);

	assert_non_null(package);
	package->driver.id = (int)machine->plan.count;
	package->driver.name = copy(family);
	package->driver.family = copy(family);
	package->driver.version = copy(version);
	package->driver.release = copy(release);
	package->driver.arch = copy("x86_64");
	package->driver.nevra = text_format("%s-%s-%s.x86_64", family, version, release);
	package->driver.location = text_format("x86_64/%s.rpm", package->driver.nevra);
	package->selected = selected;
	package->reason = reason;
	package->detail = copy(detail);
	package->rank = (struct rank){ .specificity = 3, .priority = 99 };
	package->kabi.status = reason == REASON_KABI_MISMATCH ? KABI_MISMATCH : KABI_METADATA;
	return package;
}

static void add_hint(struct machine *machine, struct plan_package *package, const char *pattern,
		     size_t device)
{
	struct plan_hint *hint;

	assert_int_equal(array_grow(&package->hints, package->hint_count, sizeof(*hint)), 0);
	hint = &package->hints[package->hint_count++];
	hint->pattern = copy(pattern);
	hint->modalias = copy(machine->devices.items[device].modaliases.items[0]);
	hint->device = device;
}

static void add_symbols(struct machine *machine, size_t count)
{
	machine->kernel.symbols = symbol_table_new();
	assert_non_null(machine->kernel.symbols);
	for (size_t i = 0; i < count; i++) {
		auto_free char *name = text_format("symbol_%zu", i);
		struct symbol symbol = { .name = name, .has_crc = true };

		assert_int_equal(symbol_table_add(machine->kernel.symbols, &symbol), 0);
	}
}

static void make_machine(struct machine *machine)
{
	*machine = (struct machine){ 0 };
	machine->kernel.release = copy("6.4.0-150600.23.7-default");
	machine->kernel.flavor = copy("default");
	machine->kernel.arch = copy("x86_64");
	machine->kernel.symbols_from = copy("/boot/symvers-6.4.0-150600.23.7-default.gz");
	machine->kernel.symbols_complete = true;
	machine->devices.arch = copy("x86_64");
	machine->sources[0] = (struct source){ .id = copy("1"), .priority = 1, .fd = -1 };
	machine->sources[0].location = copy("http://download.example.com/drivers/");
	machine->report = (struct report){
		.dry_run = true,
		.gpg_checks = true,
		.kernel = &machine->kernel,
		.sources = machine->sources,
		.source_count = 1,
		.devices = &machine->devices,
		.plan = &machine->plan,
	};
}

#define HBA_PATTERN "pci:v00001000d000000E6sv*sd*bc*sc*i*"
#define NIC_PATTERN "pci:v000015B3d0000101Dsv*sd*bc*sc*i*"

static void add_devices(struct machine *machine)
{
	add_device(machine, "/devices/pci0000:00/0000:00:17.0",
		   "pci:v00008086d0000A352sv00001028sd0000085Abc01sc06i01",
		   "Intel Corporation Cannon Lake PCH SATA AHCI Controller", "ahci");
	add_device(machine, "/devices/pci0000:3a/0000:3a:00.0/0000:3b:00.0",
		   "pci:v00001000d000000E6sv00001028sd00002172bc01sc07i00",
		   "Broadcom / LSI Fusion-MPT 12GSAS/PCIe Secure SAS38xx", NULL);
	for (int port = 0; port < 6; port++) {
		auto_free char *path = text_format("/devices/pci0000:5d/0000:5e:00.%d", port);

		add_device(machine, path, "pci:v000015B3d0000101Dsv000015B3sd00000083bc02sc00i00",
			   "Mellanox Technologies MT2892 Family [ConnectX-6 Dx]", "mlx5_core");
	}
	add_device(machine, "/devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4:1.0",
		   "usb:v0BDAp8153d3000dc00dsc00dp00icFFiscFFip00in00",
		   "Realtek RTL8153 Gigabit Ethernet", NULL);
	add_device(machine, "/devices/pci0000:d7/0000:d8:00.0",
		   "pci:v000010DEd000020B5sv000010DEsd00001533bc03sc02i00",
		   "NVIDIA Corporation GA100 [A100 PCIe 80GB]", NULL);
}

static void sign(struct plan_package *package, enum trust_way way)
{
	package->rpm_at_hand = true;
	package->rank.trust = 1;
	package->trust = (struct trust){
		.status = TRUST_GOOD,
		.way = way,
		.key = copy("0123456789abcdef"),
		.owner = copy("Drivers <drivers@example.com>"),
		.hash = "sha256",
	};
}

static void add_selected(struct machine *machine)
{
	struct plan_package *package;

	package = add_package(machine, "mlnx-ofa_kernel-kmp-default", "24.10_k6.4.0_150600.21",
			      "1.3", true, REASON_SELECTED, "its hints fit 6 devices");
	for (size_t i = 0; i < 6; i++)
		add_hint(machine, package, NIC_PATTERN, 2 + i);
	package->kabi.checked = 512;
	package = add_package(machine, "mpt3sas-kmp-default", "49.00_k6.4.0_150600.21", "1.1", true,
			      REASON_SELECTED, "its hints fit 1 device");
	add_hint(machine, package, HBA_PATTERN, 1);
	package->kabi.checked = 190;
	package->kabi.status = KABI_PROVEN;
	sign(package, TRUST_BY_PACKAGE);
	assert_int_equal(diagnostics_add(&package->diagnostics, "replaces-module", "mpt3sas",
					 "the module mpt3sas takes the place of the kernel's own"),
			 0);
	assert_int_equal(strings_add(&package->assumed, "/bin/sh"), 0);
	package = add_package(machine, "raid-helper-kmp-default", "1.0_k6.4.0_150600.21", "1.1",
			      true, REASON_REQUIRED, "required by mpt3sas-kmp-default");
	assert_int_equal(strings_add(&package->required_by,
				     "mpt3sas-kmp-default-49.00_k6.4.0_150600.21-1.1.x86_64"),
			 0);
	package->kabi.status = KABI_UNPROVEN;
	sign(package, TRUST_BY_REPOMD);
	assert_int_equal(diagnostics_add(&package->driver.diagnostics, "merged-escape", "%[23]D",
					 "a hint has a class inside an escape; read as two hints"),
			 0);
}

static void add_refused(struct machine *machine)
{
	struct plan_package *package;

	package = add_package(
		machine, "mpt3sas-kmp-default", "48.00_k6.4.0_150600.10", "1.1", false,
		REASON_OLDER,
		"mpt3sas-kmp-default-49.00_k6.4.0_150600.21-1.1.x86_64 is newer and fits too");
	package->culprit = copy("mpt3sas-kmp-default-49.00_k6.4.0_150600.21-1.1.x86_64");
	add_hint(machine, package, HBA_PATTERN, 1);
	package = add_package(
		machine, "mpt3sas-kmp-default", "47.00_k6.4.0_150600.10", "1.1", false,
		REASON_OLDER,
		"mpt3sas-kmp-default-49.00_k6.4.0_150600.21-1.1.x86_64 is newer and fits too");
	package->culprit = copy("mpt3sas-kmp-default-49.00_k6.4.0_150600.21-1.1.x86_64");
	add_hint(machine, package, HBA_PATTERN, 1);
	package = add_package(machine, "mpt3sas-kmp-rt", "49.00_k6.4.0_150600.21", "1.1", false,
			      REASON_OTHER_FLAVOR,
			      "it is for kernel-rt, the kernel is kernel-default");
	add_hint(machine, package, HBA_PATTERN, 1);
	package =
		add_package(machine, "nvidia-open-driver-G06-signed-kmp-default",
			    "550.54.14_k6.4.0_150600.9", "150600.1.1", false, REASON_KABI_MISMATCH,
			    "3 of the 412 kernel symbols that it needs have other CRCs");
	add_hint(machine, package, "pci:v000010DEd*sv*sd*bc03sc02i00*", 9);
	package->culprit = copy("module_layout");
	package->kabi.checked = 412;
	assert_int_equal(strings_add(&package->kabi.differing, "module_layout"), 0);
	assert_int_equal(strings_add(&package->kabi.differing, "drm_open"), 0);
	assert_int_equal(strings_add(&package->kabi.differing, "drm_release"), 0);
}

static void make_server(struct machine *machine)
{
	make_machine(machine);
	add_symbols(machine, 2468);
	machine->sources[0].packages = 5000;
	machine->sources[0].drivers = 120;
	add_devices(machine);
	add_selected(machine);
	add_refused(machine);
	machine->plan.unmatched = calloc(2, sizeof(*machine->plan.unmatched));
	assert_non_null(machine->plan.unmatched);
	machine->plan.unmatched[machine->plan.unmatched_count++] = 8;
	machine->plan.unmatched[machine->plan.unmatched_count++] = 9;
	machine->report.exit = 3;
}

static void machine_done(struct machine *machine)
{
	plan_done(&machine->plan);
	device_list_done(&machine->devices);
	kernel_done(&machine->kernel);
	for (size_t i = 0; i < COUNT(machine->sources); i++) {
		free(machine->sources[i].id);
		free(machine->sources[i].location);
		error_done(&machine->sources[i].error);
		diagnostics_done(&machine->sources[i].diagnostics);
	}
}
#define auto_machine AUTO(machine_done)

/* What report_text() prints about REPORT; owned. */
static char *rendered(const struct report *report, const struct report_style *style)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	report_text(report, style, out);
	fclose(out);
	return text;
}

static char *rendered_devices(const struct device_list *devices, const struct report_style *style)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	report_devices_text(devices, style, out);
	fclose(out);
	return text;
}

/* What report_explanation_text() prints about all of MACHINE; owned. */
static char *rendered_explanation(const struct machine *machine, const struct report_style *style)
{
	const struct subject subject = { .detail = (char *)(uintptr_t) "every device" };
	const struct step_context context = {
		.plan = &machine->plan,
		.devices = &machine->devices,
		.kernel = &machine->kernel,
		.sources = machine->sources,
		.source_count = 1,
	};
	auto_explanation struct explanation explanation = { 0 };
	struct report report = machine->report;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(explanation_make(&context, &subject, &explanation), 0);
	report.devices = &explanation.devices;
	report.plan = &explanation.plan;
	report_explanation_text(&report, &explanation, style, out);
	fclose(out);
	return text;
}

static void assert_golden(const char *name, const char *text)
{
	auto_free char *path = text_format("tests/unit/golden/%s", name);
	auto_bytes struct bytes wanted = { 0 };

	if (file_read_in_root(AT_FDCWD, path, 1 << 20, &wanted) == 0 &&
	    strcmp((const char *)wanted.data, text) == 0)
		return;
	/* Not through fail_msg(): cmocka cuts messages. */
	fprintf(stderr, "----- %s is not what was printed:\n%s-----\n", path, text);
	fail();
}

static unsigned int longest_line(const char *text)
{
	unsigned int longest = 0;

	while (*text) {
		size_t length = strcspn(text, "\n");
		auto_free char *line = strndup(text, length);

		if (page_columns(line) > longest)
			longest = page_columns(line);
		text += length + (text[length] == '\n');
	}
	return longest;
}

static void the_plan_reads_as_agreed(void **state)
{
	static const struct {
		const char *golden;
		struct report_style style;
	} cases[] = {
		{ "plan-80-columns.txt", { .width = 80 } },
		{ "plan-verbose.txt", { .verbose = true } },
		{ "plan-color.txt", { .color = true, .width = 100 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_machine struct machine machine;
		auto_free char *text = NULL;

		make_server(&machine);
		text = rendered(&machine.report, &cases[i].style);
		assert_golden(cases[i].golden, text);
	}
}

static void no_line_is_wider_than_asked(void **state)
{
	static const unsigned int widths[] = { 60, 72, 80, 100, 132 };
	auto_machine struct machine machine;

	(void)state;
	make_server(&machine);
	for (size_t i = 0; i < COUNT(widths); i++) {
		const struct report_style style = { .width = widths[i], .verbose = i % 2 };
		auto_free char *plan = rendered(&machine.report, &style);
		auto_free char *devices = rendered_devices(&machine.devices, &style);
		auto_free char *why = rendered_explanation(&machine, &style);

		if (longest_line(plan) > widths[i] || longest_line(devices) > widths[i] ||
		    longest_line(why) > widths[i])
			fail_msg("at width %u:\n%s%s%s", widths[i], plan, devices, why);
	}
}

static void an_explanation_reads_as_agreed(void **state)
{
	static const struct report_style style = { .width = 80 };
	auto_machine struct machine machine;
	auto_free char *text = NULL;

	(void)state;
	make_server(&machine);
	text = rendered_explanation(&machine, &style);
	assert_golden("explanation-80-columns.txt", text);
}

static void the_outcome_is_one_plain_sentence(void **state)
{
	static const struct report_style style = { .width = 80 };
	auto_machine struct machine empty, staged;
	auto_free char *nothing = NULL, *generation = NULL;

	(void)state;
	make_machine(&empty);
	add_devices(&empty);
	nothing = rendered(&empty.report, &style);
	assert_golden("plan-nothing-needed.txt", nothing);

	make_server(&staged);
	staged.report.dry_run = false;
	staged.report.generation = 2;
	staged.report.stage_dir = "/run/kmp-match";
	generation = rendered(&staged.report, &style);
	assert_non_null(strstr(generation, "\n3 packages staged in /run/kmp-match/generations/2"));
	assert_null(strstr(generation, "dry-run"));
}

static void what_is_installed_is_not_staged_again(void **state)
{
	static const struct report_style style = { .width = 80 };
	auto_machine struct machine machine;
	struct plan_package *package;
	auto_free char *text = NULL;

	(void)state;
	make_machine(&machine);
	add_devices(&machine);
	package = add_package(&machine, "mpt3sas-kmp-default", "49.00_k6.4.0_150600.21", "1.1",
			      true, REASON_INSTALLED, "this build is installed, for 1 device");
	add_hint(&machine, package, HBA_PATTERN, 1);
	text = rendered(&machine.report, &style);
	assert_non_null(strstr(text, "\nInstalled already\n\n  mpt3sas-kmp-default-49.00"));
	assert_non_null(strstr(text, "Every driver package that fits is installed"));
	assert_null(strstr(text, "Selected"));
	assert_null(strstr(text, "staged"));
}

static void of_several_hints_the_closest_is_shown(void **state)
{
	static const struct report_style style = { .width = 80 };
	auto_machine struct machine machine;
	struct plan_package *package;
	auto_free char *text = NULL;

	(void)state;
	make_machine(&machine);
	add_devices(&machine);
	package = add_package(&machine, "mpt3sas-kmp-default", "49.00_k6.4.0_150600.21", "1.1",
			      true, REASON_SELECTED, "its hints fit 1 device");
	add_hint(&machine, package, "pci:v*d*sv*sd*bc01sc07i*", 1);
	add_hint(&machine, package, HBA_PATTERN, 1);
	text = rendered(&machine.report, &style);
	assert_non_null(strstr(text, "by hint pci:v00001000d000000E6sv*"));
	assert_null(strstr(text, "bc01sc07"));
}

static void a_source_that_failed_is_named(void **state)
{
	static const struct report_style style = { .width = 80 };
	auto_machine struct machine machine;
	auto_free char *text = NULL;

	(void)state;
	make_server(&machine);
	machine.sources[0].failed = true;
	machine.sources[0].error.what = copy("read the repository");
	machine.sources[0].error.why = copy("its primary.xml.gz has another checksum");
	text = rendered(&machine.report, &style);
	assert_non_null(strstr(text, "not read: http://download.example.com/drivers/: its"));
	assert_non_null(strstr(text, "A source could not be read: nothing is staged"));
}

static void devices_read_as_agreed(void **state)
{
	static const struct {
		const char *golden;
		struct report_style style;
	} cases[] = {
		{ "scan-80-columns.txt", { .width = 80 } },
		{ "scan-verbose.txt", { .verbose = true } },
	};
	auto_machine struct machine machine;

	(void)state;
	make_machine(&machine);
	add_devices(&machine);
	add_device(&machine, NULL, "acpi:PNP0C14:", NULL, NULL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_free char *text = rendered_devices(&machine.devices, &cases[i].style);

		assert_golden(cases[i].golden, text);
	}
}

static void a_plain_list_says_nothing_of_drivers(void **state)
{
	static const struct report_style style = { .width = 80 };
	auto_machine struct machine machine;
	auto_free char *text = NULL;

	(void)state;
	make_machine(&machine);
	add_device(&machine, NULL, "acpi:PNP0C14:", NULL, NULL);
	add_device(&machine, NULL, "virtio:d00000001v00001AF4", "Virtio network device", NULL);
	text = rendered_devices(&machine.devices, &style);
	assert_string_equal(text, "acpi: 1 device\n"
				  "  acpi:PNP0C14:\n\n"
				  "virtio: 1 device\n"
				  "  virtio:d00000001v00001AF4\n"
				  "                 Virtio network device\n\n"
				  "2 devices.\n");
}

static void nothing_from_outside_steers_the_terminal(void **state)
{
	static const struct report_style style = { .width = 80, .verbose = true };
	auto_machine struct machine machine;
	struct plan_package *package;
	auto_free char *text = NULL, *devices = NULL;

	(void)state;
	make_machine(&machine);
	add_device(&machine, "/devices/\033[2Jx", "pci:\033[31m", "a\nb\r\xff", "\x07");
	package = add_package(&machine, "evil\033[5m", "1\n2", "3", true, REASON_UPDATE, "a\033b");
	add_hint(&machine, package, "pci:\033*", 0);
	text = rendered(&machine.report, &style);
	devices = rendered_devices(&machine.devices, &style);
	assert_null(strpbrk(text, "\033\r\x07\xff"));
	assert_null(strpbrk(devices, "\033\r\x07\xff"));
	assert_non_null(strstr(text, "evil\\x1b[5m"));
}

static void hints_are_shortened_behind_their_last_literal_field(void **state)
{
	static const struct {
		const char *pattern, *wanted;
	} cases[] = {
		{ HBA_PATTERN, "pci:v00001000d000000E6sv*" },
		{ "pci:v000010DEd*sv*sd*bc03sc02i00*", "pci:v000010DEd*sv*sd*bc03sc02i00*" },
		{ "usb:v0BDAp8153d*dc*dsc*dp*ic*isc*ip*in*", "usb:v0BDAp8153d*" },
		{ "acpi*:PNP0C14:*", "acpi*:PNP0C14:*" },
		{ "virtio:d00000001v*", "virtio:d00000001v*" },
		{ "of:N*T*Cfsl,imx6q", "of:N*T*Cfsl,imx6q" },
		{ "pci:v0000ABCDd0000abcd*", "pci:v0000ABCDd0000abcd*" },
		{ "***", "*" },
		{ "*", "*" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_free char *shorter = label_pattern(cases[i].pattern);

		if (!text_equal(shorter, cases[i].wanted))
			fail_msg("%s: %s", cases[i].pattern, shorter);
	}
}

/* 0 if tests/lib/validate-json takes JSON, 77 if it cannot run here, else its status. */
static int validated(const struct json *json)
{
	const char *folder = getenv("TMPDIR");
	auto_free char *path = text_format("%s/report.XXXXXX", folder ? folder : "/tmp");
	auto_free char *command = NULL;
	FILE *file = NULL;
	int fd, status;

	fd = mkstemp(path);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_non_null(file);
	assert_int_equal(json_write(json, file), 0);
	fclose(file);
	command = text_format("tests/lib/validate-json '%s'", path);
	status = system(command);
	unlink(path);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void assert_valid(const char *label, const struct json *json)
{
	int status = validated(json);

	if (status == 77) {
		print_message("%s: python3-jsonschema is not there\n", label);
		skip();
	}
	if (status != 0)
		fail_msg("%s does not follow docs/report.schema.json (%d)", label, status);
}

static void every_json_answer_follows_the_schema(void **state)
{
	auto_machine struct machine server, empty;
	auto_json struct json *plan = NULL, *failed = NULL, *devices = NULL, *trouble = NULL;
	auto_error struct error error = { 0 };

	(void)state;
	make_server(&server);
	plan = report_json(&server.report);
	assert_valid("a plan", plan);
	devices = report_devices_json(&server.devices);
	assert_valid("a scan", devices);
	make_machine(&empty);
	empty.sources[0].failed = true;
	error_set(&empty.sources[0].error, -ENOENT, "read", "/x", NULL, NULL);
	failed = report_json(&empty.report);
	assert_valid("a plan without its source", failed);
	error_set(&error, -ENOENT, "read the snapshot", "/x", NULL, "give another one");
	trouble = report_error_json(&error, 1);
	assert_valid("an error", trouble);
}

static void unknown_is_absent_and_none_is_null(void **state)
{
	auto_machine struct machine machine;
	auto_json struct json *json = NULL;
	const struct json *devices, *kernel, *package;

	(void)state;
	make_server(&machine);
	add_device(&machine, NULL, "pci:v1", NULL, NULL);
	free(machine.kernel.arch);
	machine.kernel.arch = NULL;
	json = report_json(&machine.report);
	devices = json_get_array(json, "devices");
	kernel = json_get(json, "kernel");
	package = json_item(json_get_array(json, "packages"), 0);
	assert_string_equal(json_get_text(json_item(devices, 0), "driver"), "ahci");
	assert_true(json_is_null(json_item(devices, 1), "driver"));
	assert_true(json_is_null(json_item(devices, 10), "path"));
	assert_null(json_get(json_item(devices, 10), "driver"));
	assert_false(json_is_null(json_item(devices, 10), "driver"));
	assert_false(json_is_null(kernel, "arch"));
	assert_null(json_get(kernel, "arch"));
	assert_true(json_is_null(package, "vendor"));
	assert_false(json_is_null(package, "rpm_sha256"));
	assert_true(json_is_null(package, "rpm"));
	assert_true(json_is_null(json_get(json, "result"), "generation"));
}

static void the_same_input_gives_the_same_bytes(void **state)
{
	auto_machine struct machine one, two;
	auto_json struct json *first = NULL, *second = NULL;
	auto_free char *left = NULL, *right = NULL;

	(void)state;
	make_server(&one);
	make_server(&two);
	first = report_json(&one.report);
	second = report_json(&two.report);
	left = json_text(first);
	right = json_text(second);
	assert_string_equal(left, right);
}

static void an_rpm_is_named_where_it_can_be_opened(void **state)
{
	static const struct {
		const char *label;
		bool dry_run, at_hand;
		unsigned int generation;
		enum source_kind kind;
		const char *location, *staged, *wanted;
	} cases[] = {
		{ "dry run, directory", true, true, 0, SOURCE_DIRECTORY, "/srv/kmps", NULL,
		  "/srv/kmps/x86_64/file.rpm" },
		{ "dry run, one file", true, true, 0, SOURCE_RPM, "/a.rpm", NULL, "/a.rpm" },
		{ "dry run, http", true, false, 0, SOURCE_RPM_MD, "http://x/", NULL, NULL },
		{ "chosen, and not staged", false, true, 0, SOURCE_DIRECTORY, "/srv/kmps", NULL,
		  "/srv/kmps/x86_64/file.rpm" },
		{ "staged", false, true, 2, SOURCE_RPM_MD, "/srv/kmps", "rpms/file.rpm",
		  "rpms/file.rpm" },
		{ "not in the generation", false, true, 2, SOURCE_RPM_MD, "/srv/kmps", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_machine struct machine machine;
		auto_json struct json *json = NULL;
		struct plan_package *package;
		const char *rpm;

		make_machine(&machine);
		machine.report.dry_run = cases[i].dry_run;
		machine.report.generation = cases[i].generation;
		machine.sources[0].kind = cases[i].kind;
		free(machine.sources[0].location);
		machine.sources[0].location = copy(cases[i].location);
		package = add_package(&machine, "a-kmp-default", "1", "1", true, REASON_SELECTED,
				      NULL);
		package->rpm_at_hand = cases[i].at_hand;
		free(package->driver.location);
		package->driver.location = copy("x86_64/file.rpm");
		package->rpm_staged = cases[i].staged ? copy(cases[i].staged) : NULL;
		json = report_json(&machine.report);
		rpm = json_get_text(json_item(json_get_array(json, "packages"), 0), "rpm");
		if (!text_equal(rpm, cases[i].wanted))
			fail_msg("%s: %s", cases[i].label, rpm ? rpm : "(null)");
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_plan_reads_as_agreed),
		cmocka_unit_test(no_line_is_wider_than_asked),
		cmocka_unit_test(an_explanation_reads_as_agreed),
		cmocka_unit_test(the_outcome_is_one_plain_sentence),
		cmocka_unit_test(what_is_installed_is_not_staged_again),
		cmocka_unit_test(of_several_hints_the_closest_is_shown),
		cmocka_unit_test(a_source_that_failed_is_named),
		cmocka_unit_test(devices_read_as_agreed),
		cmocka_unit_test(a_plain_list_says_nothing_of_drivers),
		cmocka_unit_test(nothing_from_outside_steers_the_terminal),
		cmocka_unit_test(hints_are_shortened_behind_their_last_literal_field),
		cmocka_unit_test(every_json_answer_follows_the_schema),
		cmocka_unit_test(unknown_is_absent_and_none_is_null),
		cmocka_unit_test(the_same_input_gives_the_same_bytes),
		cmocka_unit_test(an_rpm_is_named_where_it_can_be_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
