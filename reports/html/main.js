document.documentElement.classList.add("js");
startCopying();
startFiltering();
startTimeline();
startShowingCases();
