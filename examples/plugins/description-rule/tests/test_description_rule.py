from arazzo_description_rule import StepDescriptions


def test_steps_without_a_description():
    steps = [{"stepId": "a"}, {"stepId": "b", "description": "Places an order."}]
    (found,) = StepDescriptions().check({"workflows": [{"steps": steps}]}, {})
    assert found.message == "the step `a` has no description"
    assert found.pointer == ("workflows", 0, "steps", 0, "stepId")
