#!/usr/bin/env python3
"""Holds the includes of src/ to the DEPENDS lines of its modules.

    tools/check_layers.py [ROOT]        check a source tree (default: the one this file is in)
    tools/check_layers.py --self-test   check that each kind of fault is found

A module is a pfsday_module(NAME DEPENDS ...) line in a CMakeLists.txt under src/; its folder is
src/NAME. Its files may include files of the module itself and of those it depends on, directly or
through others, always by a path from src/. A foo.cpp beside a foo.h includes that first. The table
of modules in ARCHITECTURE.md says what a module may depend on.
"""

import re
import sys
import tempfile
from pathlib import Path

KEYWORDS = {"DEPENDS", "SOURCES", "TABLE", "TESTS", "LINK", "TEST_LINK"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def read_modules(root):
    """The modules and what each may use directly: {name: {names}}."""
    modules = {}
    for lists in sorted((root / "src").rglob("CMakeLists.txt")):
        text = re.sub(r"#.*", "", lists.read_text())
        for call in re.findall(r"pfsday_module\(([^)]*)\)", text):
            name, *words = call.split()
            section, depends = "", set()
            for word in words:
                if word in KEYWORDS:
                    section = word
                elif section == "DEPENDS":
                    depends.add(word)
            modules[name] = depends
    return modules


def read_table(root):
    """What ARCHITECTURE.md lets each module use: {name: {names}}."""
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|", (root / "ARCHITECTURE.md").read_text(),
                      re.MULTILINE)
    return {name: set(re.findall(r"`(\w+)`", cell)) for name, cell in rows}


def reach(modules, name):
    """The module itself and all it may use, directly or through others."""
    reached, waiting = set(), [name]
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            waiting += modules.get(module, ())
    return reached


def faults_of_modules(modules, table):
    for name, depends in modules.items():
        if name not in table:
            yield f"ARCHITECTURE.md: the table of modules lacks {name}"
        for other in sorted(depends - modules.keys()):
            yield f"src/{name}/CMakeLists.txt: {name} depends on {other}, which is no module"
        for other in sorted(depends & modules.keys() - reach(table, name)):
            yield f"src/{name}/CMakeLists.txt: ARCHITECTURE.md does not let {name} use {other}"
        if any(name in reach(modules, other) for other in depends):
            yield f"src/{name}/CMakeLists.txt: {name} depends on itself in a circle"


def faults_of_file(root, path, modules):
    """What is wrong with the includes of one source file."""
    module = path.relative_to(root / "src").parts[0]
    where = path.relative_to(root)
    if module not in modules:
        yield f"{where}: {module} is no module"
        return
    text = path.read_text()
    includes = [match.groups() for match in INCLUDE.finditer(text)]
    own = path.with_suffix(".h")
    if path.suffix == ".cpp" and own.exists():
        expected = ('"', str(own.relative_to(root / "src")))
        if not includes or includes[0] != expected:
            yield f'{where}: the first include is not its own header "{expected[1]}"'
    for match in INCLUDE.finditer(text):
        if match[1] == '"':
            line = text.count("\n", 0, match.start()) + 1
            yield from faults_of_include(f"{where}:{line}", match[2], module, modules)


def faults_of_include(where, include, module, modules):
    target = include.split("/")[0]
    if "/" not in include or target not in modules:
        yield f'{where}: "{include}" is no path from src/ to a file of a module'
    elif target not in reach(modules, module):
        yield f'{where}: {module} may not use {target}: "{include}"'


def find_faults(root):
    modules = read_modules(root)
    faults = list(faults_of_modules(modules, read_table(root)))
    for path in sorted((root / "src").rglob("*")):
        if path.suffix in (".h", ".cpp"):
            faults += faults_of_file(root, path, modules)
    return faults


# A tree with one fault of each kind, and what must be said of it.
FAULTY = {
    "../ARCHITECTURE.md": "".join(f"| `{row}` | never |\n" for row in (
        "base` | text | -", "units` | counts | `base", "graph` | the IR | `units",
        "ring` | around | `round", "round` | around | `ring`, `nobody", "high` | all | `graph")),
    "base/CMakeLists.txt": "pfsday_module(base SOURCES text.cpp)",
    "base/text.h": "#pragma once",
    "base/text.cpp": '#include <string>\n#include "base/text.h"\n',
    "units/CMakeLists.txt": "pfsday_module(units DEPENDS base  # and no more\n SOURCES a.cpp)",
    "units/a.cpp": '#include "graph/node.h"\n#include "base/text.h"\n',
    "units/b.h": '#include "a.h"\n#include "../base/text.h"\n',
    "graph/CMakeLists.txt": "pfsday_module(graph DEPENDS units)",
    "graph/node_test.cpp": '#include "base/text.h"\n#include "units/b.h"\n',
    "high/CMakeLists.txt": "pfsday_module(high DEPENDS base ring)",
    "new/CMakeLists.txt": "pfsday_module(new SOURCES d.cpp)",
    "loose/c.cpp": "",
    "ring/CMakeLists.txt": "pfsday_module(ring DEPENDS round)",
    "round/CMakeLists.txt": "pfsday_module(round DEPENDS ring nobody)",
}
EXPECTED = [
    "ARCHITECTURE.md: the table of modules lacks new",
    "src/high/CMakeLists.txt: ARCHITECTURE.md does not let high use ring",
    "src/ring/CMakeLists.txt: ring depends on itself in a circle",
    "src/round/CMakeLists.txt: round depends on nobody, which is no module",
    "src/round/CMakeLists.txt: round depends on itself in a circle",
    'src/base/text.cpp: the first include is not its own header "base/text.h"',
    "src/loose/c.cpp: loose is no module",
    'src/units/a.cpp:1: units may not use graph: "graph/node.h"',
    'src/units/b.h:1: "a.h" is no path from src/ to a file of a module',
    'src/units/b.h:2: "../base/text.h" is no path from src/ to a file of a module',
]


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        for name, text in FAULTY.items():
            path = Path(folder, "src", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        found = find_faults(Path(folder))
    return [f"not found: {fault}" for fault in EXPECTED if fault not in found] + [
        f"found for no reason: {fault}" for fault in found if fault not in EXPECTED]


def main(arguments):
    if arguments == ["--self-test"]:
        faults = self_test()
    else:
        root = Path(arguments[0] if arguments else Path(__file__).parent.parent)
        faults = find_faults(root.resolve())
    print("\n".join(faults) if faults else "layers: no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
