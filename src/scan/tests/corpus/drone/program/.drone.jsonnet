local step(name) = { name: name, image: "golang" };
[{ kind: "pipeline", steps: [step("a")] }]
